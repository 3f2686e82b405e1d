<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="412" classificationMax="417">
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="412" maximumValue="417">
          <item value="412" label="412" color="#440154" alpha="255" />
          <item value="413.25" label="413.25" color="#3b528b" alpha="255" />
          <item value="414.5" label="414.5" color="#21918c" alpha="255" />
          <item value="415.75" label="415.75" color="#5ec962" alpha="255" />
          <item value="417" label="417" color="#fde725" alpha="255" />
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1" />
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" />
    <rasterresampler maxOversampling="2" />
  </pipe>
</qgis>
