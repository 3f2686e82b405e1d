<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="0" classificationMax="20">
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="0" maximumValue="20">
          <item value="0" label="0" color="#440154" alpha="255" />
          <item value="5" label="5" color="#3b528b" alpha="255" />
          <item value="10" label="10" color="#21918c" alpha="255" />
          <item value="15" label="15" color="#5ec962" alpha="255" />
          <item value="20" label="20" color="#fde725" alpha="255" />
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1" />
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" />
    <rasterresampler maxOversampling="2" />
  </pipe>
</qgis>
