<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">
      <colorPalette>
        <paletteEntry value="0" label="building" color="#b5473c" alpha="255" />
        <paletteEntry value="1" label="pervious surface" color="#cdbfa3" alpha="255" />
        <paletteEntry value="2" label="impervious surface" color="#8b8f94" alpha="255" />
        <paletteEntry value="3" label="bare soil" color="#d9a76a" alpha="255" />
        <paletteEntry value="4" label="water" color="#3f7fbf" alpha="255" />
        <paletteEntry value="5" label="coniferous" color="#1f5b3a" alpha="255" />
        <paletteEntry value="6" label="deciduous" color="#57a05a" alpha="255" />
        <paletteEntry value="7" label="brushwood" color="#8fae4a" alpha="255" />
        <paletteEntry value="8" label="herbaceous vegetation" color="#bfdc8a" alpha="255" />
      </colorPalette>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0" gamma="1" />
    <huesaturation saturation="0" grayscaleMode="0" colorizeOn="0" />
    <rasterresampler maxOversampling="2" />
  </pipe>
</qgis>
