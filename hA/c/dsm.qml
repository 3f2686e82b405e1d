<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="412" classificationMax="434">
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="412" maximumValue="434">
          <item value="412" label="412" color="#440154" alpha="255" />
          <item value="417.5" label="417.5" color="#3b528b" alpha="255" />
          <item value="423" label="423" color="#21918c" alpha="255" />
          <item value="428.5" label="428.5" color="#5ec962" alpha="255" />
          <item value="434" label="434" color="#fde725" alpha="255" />
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1" />
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" />
    <rasterresampler maxOversampling="2" />
  </pipe>
</qgis>
