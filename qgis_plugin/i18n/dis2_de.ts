<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>DIS2</name>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>Check that the file exists and is a raster that QGIS opens.</source>
   <translation>Prüfen, ob die Datei vorhanden und ein Raster ist, das QGIS öffnen kann.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>Leave it empty.</source>
   <translation>Feld leer lassen.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>{} exists and is replaced when the run has ended well.</source>
   <translation>{} ist vorhanden und wird ersetzt, sobald der Lauf gut zu Ende gegangen ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>The raster '{}' ({}) cannot be read.</source>
   <translation>Das Raster „{}“ ({}) kann nicht gelesen werden.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>'{}' is 0, which makes all values one.</source>
   <translation>„{}“ ist 0, womit alle Werte gleich würden.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Make a demonstration city</source>
   <translation>Demonstrationsstadt erzeugen</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Draws a small city that does not exist: photo, heights, terrain and true classes to try DIS2 with.</source>
   <translation>Zeichnet eine kleine Stadt, die es nicht gibt: Luftbild, Höhen, Gelände und wahre Klassen, um DIS2 auszuprobieren.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Aerial photo</source>
   <translation>Luftbild</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Labelled polygons</source>
   <translation>Polygone mit Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>True classes</source>
   <translation>Wahre Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Height above ground (nDSM)</source>
   <translation>Höhe über Grund (nDSM)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Surface model (DSM)</source>
   <translation>Oberflächenmodell (DSM, DOM)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Terrain model (DTM)</source>
   <translation>Geländemodell (DTM, DGM)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>demo,demonstration,example,sample,test,data,synthetic,generated,city,scene,tutorial,machine learning,first steps,getting started,sample data,dis2</source>
   <translation>Demo,Demonstration,Beispiel,Beispieldaten,Test,Testdaten,Daten,synthetisch,künstlich,erzeugt,Stadt,Szene,Tutorial,Anleitung,maschinelles Lernen,erste Schritte,Einstieg,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Height and width; a pixel has 0.2 m. 1024 pixels take a few seconds.</source>
   <translation>Höhe und Breite; ein Pixel misst 0,2 m. 1024 Pixel dauern einige Sekunden.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Which city: the same number gives the same one.</source>
   <translation>Welche Stadt: Dieselbe Zahl ergibt dieselbe.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Whether the files are shown on the map when they are done.</source>
   <translation>Ob die Dateien in der Karte angezeigt werden, wenn sie fertig sind.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Where the files go. Files of an earlier city are replaced, others stay.</source>
   <translation>Wohin die Dateien kommen. Dateien einer früheren Stadt werden ersetzt, andere bleiben.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Size in pixels</source>
   <translation>Größe in Pixeln</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Seed</source>
   <translation>Zufallssaat</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Add the layers to the project</source>
   <translation>Layer dem Projekt hinzufügen</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>DIS2: city {}</source>
   <translation>DIS2: Stadt {}</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Evaluate a class map</source>
   <translation>Klassenkarte bewerten</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Compares a map with true classes: confusion matrix, accuracy, F1 and IoU by class, and a report.</source>
   <translation>Vergleicht eine Karte mit wahren Klassen: Konfusionsmatrix, Genauigkeit, F1 und IoU je Klasse und ein Bericht.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Overall accuracy</source>
   <translation>Gesamtgenauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Mean IoU</source>
   <translation>Mittlere IoU</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Mean F1</source>
   <translation>Mittleres F1</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Kappa</source>
   <translation>Kappa</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Pixels compared</source>
   <translation>Verglichene Pixel</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Area compared in m²</source>
   <translation>Verglichene Fläche in m²</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Pixels without a true class</source>
   <translation>Pixel ohne wahre Klasse</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>{}: user's accuracy {}, producer's accuracy {}, {} of the ground</source>
   <translation>{}: Nutzergenauigkeit {}, Produzentengenauigkeit {}, {} der Fläche</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>accuracy,assessment,evaluation,validation,confusion,matrix,error,kappa,iou,miou,f1,precision,recall,user's accuracy,producer's accuracy,ground truth,reference,classification,machine learning,accuracy assessment,test,dis2</source>
   <translation>Genauigkeit,Bewertung,Beurteilung,Evaluierung,Validierung,Konfusion,Konfusionsmatrix,Fehlermatrix,Fehler,Kappa,iou,miou,f1,Präzision,Trefferquote,Nutzergenauigkeit,Produzentengenauigkeit,Herstellergenauigkeit,Gesamtgenauigkeit,Referenz,Referenzdaten,Bodenreferenz,Klassifikation,Klassifizierung,maschinelles Lernen,Genauigkeitsanalyse,Test,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>The raster of class codes that is to be judged. Names and colours are those of its style.</source>
   <translation>Das Raster mit Klassencodes, das beurteilt werden soll. Namen und Farben sind die seines Stils.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Compare this part alone. Empty: wherever map and reference are.</source>
   <translation>Nur diesen Teil vergleichen. Leer: überall, wo Karte und Referenz vorliegen.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>{}: IoU {:.3f}, {:,} reference pixels</source>
   <translation>{}: IoU {:.3f}, {:,} Referenzpixel</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Class map</source>
   <translation>Klassenkarte</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Report</source>
   <translation>Bericht</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Scores, charts and what was compared, on one page.</source>
   <translation>Kennzahlen, Diagramme und was verglichen wurde, auf einer Seite.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Confusion matrix</source>
   <translation>Konfusionsmatrix</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>A row a true class, a column a class of the map.</source>
   <translation>Eine Zeile je wahre Klasse, eine Spalte je Klasse der Karte.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Scores by class</source>
   <translation>Kennzahlen je Klasse</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Precision, recall, F1, IoU and areas.</source>
   <translation>Präzision, Trefferquote, F1, IoU und Flächen.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>No reference was given.</source>
   <translation>Es wurde keine Referenz angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Give a raster of true classes, or polygons with a class field.</source>
   <translation>Ein Raster wahrer Klassen angeben oder Polygone mit einem Klassenfeld.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>A raster of true classes, of any CRS and resolution. A style with a palette gives the classes their names; codes that are not in it count as not labelled.</source>
   <translation>Ein Raster wahrer Klassen, mit beliebigem KBS und beliebiger Auflösung. Ein Stil mit einer Palette gibt den Klassen ihre Namen; Codes, die darin fehlen, zählen als Pixel ohne Klasse.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Polygons whose class is known, instead of a raster: what lies outside of them counts as not labelled. Or points of a random sample ('Draw sample points'), which stand for the whole map.</source>
   <translation>Polygone, deren Klasse bekannt ist, anstelle eines Rasters: Was außerhalb von ihnen liegt, zählt als ohne Klasse. Oder Punkte einer Zufallsstichprobe („Stichprobenpunkte ziehen“), die für die ganze Karte stehen.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Meaning of the reference's values</source>
   <translation>Bedeutung der Referenzwerte</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Where reference and map use different words: VALUE=NAME, separated by semicolons, in the map's words. For example 1=building;2=tree. Values that are not named count as not labelled. Empty: by the style.</source>
   <translation>Falls Referenz und Karte verschiedene Wörter benutzen: WERT=NAME, durch Semikolon getrennt, mit den Wörtern der Karte. Zum Beispiel 1=building;2=tree. Nicht genannte Werte zählen als ohne Klasse. Leer: wie im Stil.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Reference raster</source>
   <translation>Referenzraster</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>… or reference polygons or points</source>
   <translation>… oder Referenzpolygone oder -punkte</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>The reference is given as a raster and as polygons.</source>
   <translation>Die Referenz ist als Raster und als Polygone angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Give one of the two, not both.</source>
   <translation>Nur eines von beiden angeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Make a layer for labels</source>
   <translation>Layer für Trainingsgebiete anlegen</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Makes an empty polygon layer whose form offers your classes, to draw what a model is to learn from.</source>
   <translation>Legt einen leeren Polygonlayer an, dessen Formular die eigenen Klassen anbietet, um zu zeichnen, wovon ein Modell lernen soll.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>label,labels,labelling,annotate,annotation,digitize,draw,training areas,training data,ground truth,samples,classes,polygons,regions of interest,roi,form,geopackage,dis2</source>
   <translation>Label,Labels,beschriften,kennzeichnen,Annotation,annotieren,digitalisieren,zeichnen,Trainingsgebiete,Trainingsdaten,Trainingsflächen,Referenzdaten,Bodenreferenz,Stichproben,Klassen,Polygone,Formular,GeoPackage,roi,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The layer gets its CRS.</source>
   <translation>Der Layer erhält dessen KBS.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Names, separated by semicolons: building; tree; grass; water. Those that say what they are get a colour that fits, in English, French and German.</source>
   <translation>Namen, durch Semikolon getrennt: Gebäude; Baum; Wiese; Wasser. Sagt ein Name, was gemeint ist, bekommt die Klasse eine passende Farbe, auf Englisch, Französisch und Deutsch.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>What 'Train a model' is told as the field with the class.</source>
   <translation>Was „Modell trainieren“ als Feld mit der Klasse genannt wird.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>A GeoPackage. One that is there is never replaced: it may hold your work.</source>
   <translation>Ein GeoPackage. Ein vorhandenes wird nie ersetzt: Es kann eigene Arbeit enthalten.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give names, separated by semicolons: building; tree; grass; water.</source>
   <translation>Namen angeben, durch Semikolon getrennt: Gebäude; Baum; Wiese; Wasser.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give each class once.</source>
   <translation>Jede Klasse nur einmal angeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Raster that you will label</source>
   <translation>Raster, auf dem gezeichnet wird</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Classes</source>
   <translation>Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Field with the class</source>
   <translation>Feld mit der Klasse</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Labels</source>
   <translation>Trainingsdaten</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give another name: class.</source>
   <translation>Einen anderen Namen angeben: class.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Set the one that it has in its properties.</source>
   <translation>In den Eigenschaften des Layers das KBS setzen, das er hat.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>{} classes were given; a model knows 2 to {}.</source>
   <translation>Es wurden {} Klassen angegeben; ein Modell kennt 2 bis {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The class '{}' was given twice.</source>
   <translation>Die Klasse „{}“ wurde zweimal angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>A field cannot be called '{}'.</source>
   <translation>Ein Feld kann nicht „{}“ heißen.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The layer '{}' has no CRS.</source>
   <translation>Der Layer „{}“ hat kein KBS.</translation>
  </message>
  <message>
   <location filename="../algorithms/labels.py"></location>
   <source>Give a layer of polygons that QGIS opens.</source>
   <translation>Einen Polygonlayer angeben, den QGIS öffnen kann.</translation>
  </message>
  <message>
   <location filename="../algorithms/labels.py"></location>
   <source>The polygons '{}' cannot be read.</source>
   <translation>Die Polygone „{}“ können nicht gelesen werden.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>About a model</source>
   <translation>Über ein Modell</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Makes a page of what a model takes and gives, how good it is, its licence and origin.</source>
   <translation>Erzeugt eine Seite darüber, was ein Modell braucht und liefert, wie gut es ist, welche Lizenz es hat und woher es stammt.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>model,card,model card,info,information,licence,license,classes,scores,accuracy,checksum,machine learning,deep learning,metadata,description,dis2</source>
   <translation>Modell,Steckbrief,Modellkarte,Information,Auskunft,Lizenz,Klassen,Kennzahlen,Genauigkeit,Prüfsumme,maschinelles Lernen,Deep Learning,Metadaten,Beschreibung,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Page</source>
   <translation>Seite</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>The page: one HTML file that needs no others.</source>
   <translation>Die Seite: eine einzige HTML-Datei, die keine weiteren braucht.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Version</source>
   <translation>Version</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Inputs</source>
   <translation>Eingaben</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Licence</source>
   <translation>Lizenz</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>SHA-256 of the file</source>
   <translation>SHA-256 der Datei</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>HTML files (*.html)</source>
   <translation>HTML-Dateien (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Pixel size in metres</source>
   <translation>Pixelgröße in Metern</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Subtracts a terrain model from a surface model, aligned on the fly; tells of holes and doubts.</source>
   <translation>Zieht ein Geländemodell von einem Oberflächenmodell ab, dabei aufeinander ausgerichtet; meldet Lücken und Zweifelhaftes.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Metres above the same zero as the other one. Any CRS, resolution and extent.</source>
   <translation>Meter über demselben Nullpunkt wie beim anderen Raster. KBS, Auflösung und Ausdehnung beliebig.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Whose CRS and pixels the result has: 'dsm', those of the surface model, or 'dtm', of the terrain.</source>
   <translation>Wessen KBS und Pixel das Ergebnis hat: „dsm“, die des Oberflächenmodells, oder „dtm“, die des Geländemodells.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>How the GeoTIFF is compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.</source>
   <translation>Wie die GeoTIFF-Datei komprimiert wird, zum Beispiel COMPRESS=ZSTD|ZSTD_LEVEL=9. Leer: wird gewählt.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>ndsm,dsm,dtm,dem,chm,height,heights,above ground,elevation,normalized,surface model,terrain model,canopy,buildings,subtract,difference,lidar,ndsm from dsm,dsm to ndsm,dsm minus dtm,lidar height,tree height,building height,vegetation height,dhm,dis2</source>
   <translation>ndsm,nDOM,dsm,DOM,dtm,DGM,dem,DHM,chm,Höhe,Höhen,Höhe über Grund,Objekthöhe,normalisiert,Oberflächenmodell,Geländemodell,Höhenmodell,Kronenhöhe,Kronendach,Gebäude,abziehen,subtrahieren,Differenz,Lidar,Laserscanning,Baumhöhe,Gebäudehöhe,Vegetationshöhe,nDSM aus DSM,DSM minus DTM,DOM minus DGM,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Compute this part alone. Empty: where both rasters are.</source>
   <translation>Nur diesen Teil berechnen. Leer: wo beide Raster vorliegen.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Output pixels</source>
   <translation>Ausgabepixel</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights below it are set to it, in metres. Empty: negative heights stay.</source>
   <translation>Geringere Höhen werden auf diesen Wert gesetzt, in Metern. Leer: Negative Höhen bleiben.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights above it, as of birds and clouds, are set to it, in metres. Empty: they stay.</source>
   <translation>Größere Höhen, etwa von Vögeln und Wolken, werden auf diesen Wert gesetzt, in Metern. Leer: Sie bleiben.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Creation options of the raster</source>
   <translation>Erzeugungsoptionen des Rasters</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Metres above ground; no data where either raster has none.</source>
   <translation>Meter über Grund; Leerwert, wo eines der Raster keine Daten hat.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Pixels without a height</source>
   <translation>Pixel ohne Höhe</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Their share in percent</source>
   <translation>Ihr Anteil in Prozent</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Their area in m²</source>
   <translation>Ihre Fläche in m²</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Share of heights below ground in percent</source>
   <translation>Anteil der Höhen unter Grund in Prozent</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Median height in metres</source>
   <translation>Median der Höhe in Metern</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Seconds taken</source>
   <translation>Dauer in Sekunden</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights of what is seen from above: roofs, tree tops.</source>
   <translation>Höhen dessen, was von oben zu sehen ist: Dächer, Baumkronen.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights of the bare ground.</source>
   <translation>Höhen des nackten Bodens.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Which band of the raster holds the heights. Empty: the first one.</source>
   <translation>Welcher Kanal des Rasters die Höhen enthält. Leer: der erste.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Lowest height</source>
   <translation>Geringste Höhe</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Highest height</source>
   <translation>Größte Höhe</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Height above ground</source>
   <translation>Höhe über Grund</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Both are needed.</source>
   <translation>Beide werden gebraucht.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>{}: band</source>
   <translation>{}: Kanal</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>DIS2: {}</source>
   <translation>DIS2: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>No raster was given for '{}'.</source>
   <translation>Für „{}“ wurde kein Raster angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>A model that comes with the plugin or lies in the folder of yours, by its name, or the path of a model file.</source>
   <translation>Ein Modell, das mit der Erweiterung kommt oder im Ordner der eigenen Modelle liegt, mit seinem Namen, oder der Pfad einer Modelldatei.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>When the no-data value makes a pixel void: NAME=any (where a band has it), NAME=all (where all bands have it) or NAME=none. Values instead of these words mean no data, instead of those of file and layer. For example {}. Empty: what is set on the layer, in any band.</source>
   <translation>Wann der Leerwert ein Pixel leer macht: NAME=any (wo ein Kanal ihn hat), NAME=all (wo alle Kanäle ihn haben) oder NAME=none. Werte anstelle dieser Wörter bedeuten Leerwert, anstelle derer von Datei und Layer. Zum Beispiel {}. Leer: was am Layer eingestellt ist, in irgendeinem Kanal.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>What else makes a pixel void: NAME=auto (masks and alpha bands of the file), NAME=none, or the number of a band that is 0 where there is no data. For example {}. Empty: the opacity band of the layer.</source>
   <translation>Was ein Pixel sonst noch leer macht: NAME=auto (Masken und Alphakanäle der Datei), NAME=none oder die Nummer eines Kanals, der 0 ist, wo es keine Daten gibt. Zum Beispiel {}. Leer: der Deckkraftkanal des Layers.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>'auto' takes the graphics card where there is a usable one, and says what it took.</source>
   <translation>„auto“ nimmt die Grafikkarte, wo es eine brauchbare gibt, und meldet, was es genommen hat.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Aerial or satellite image.</source>
   <translation>Luft- oder Satellitenbild.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Radar image.</source>
   <translation>Radarbild.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Multispectral or hyperspectral image.</source>
   <translation>Multispektral- oder Hyperspektralbild.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>No data</source>
   <translation>Leerwert</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>The field of the polygons that holds the class, as a number or a word.</source>
   <translation>Das Feld der Polygone, das die Klasse enthält, als Zahl oder Wort.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: factor</source>
   <translation>{}: Faktor</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Stored numbers are multiplied by it: 0.1 where heights are in decimetres.</source>
   <translation>Gespeicherte Zahlen werden damit multipliziert: 0,1 bei Höhen in Dezimetern.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: offset</source>
   <translation>{}: Versatz</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Added after the factor, in the unit that the model takes.</source>
   <translation>Wird nach dem Faktor addiert, in der Einheit, die das Modell erwartet.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Mask</source>
   <translation>Maske</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Extent</source>
   <translation>Ausdehnung</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: bands</source>
   <translation>{}: Kanäle</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Empty: what the file says.</source>
   <translation>Leer: was die Datei angibt.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Factors and offsets of several rasters in one line, as scripts write them: NAME=a,b means value = a * stored + b. For example ndsm=0.1,0. Empty: the fields of each raster.</source>
   <translation>Faktoren und Versätze mehrerer Raster in einer Zeile, wie Skripte sie schreiben: NAME=a,b bedeutet Wert = a * gespeichert + b. Zum Beispiel ndsm=0.1,0. Leer: die Felder der einzelnen Raster.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Pixel size of the results: 'model', that of the model, or 'finest', that of the finest raster.</source>
   <translation>Pixelgröße der Ergebnisse: „model“, die des Modells, oder „finest“, die des feinsten Rasters.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Gives the results the CRS, pixels and extent of this raster, instead of both choices above.</source>
   <translation>Gibt den Ergebnissen KBS, Pixel und Ausdehnung dieses Rasters, anstelle der beiden Angaben darüber.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Part of a window that its neighbour sees too. More is smoother and slower. Empty: what suits the model.</source>
   <translation>Der Teil eines Fensters, den auch sein Nachbar sieht. Mehr ist glatter und langsamer. Leer: was zum Modell passt.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>The mean over the eight ways to see a square, in eight times the time.</source>
   <translation>Das Mittel über die acht Arten, ein Quadrat anzusehen, in der achtfachen Zeit.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Empty: chosen for the device. Lower it if memory runs out.</source>
   <translation>Leer: passend zum Gerät gewählt. Verringern, wenn der Arbeitsspeicher nicht reicht.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Where the class that won is less probable than this, the map says 254, 'uncertain'. 0: nowhere.</source>
   <translation>Wo die siegreiche Klasse weniger wahrscheinlich ist als dies, sagt die Karte 254, „unsicher“. 0: nirgends.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>How the GeoTIFFs are compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.</source>
   <translation>Wie die GeoTIFF-Dateien komprimiert werden, zum Beispiel COMPRESS=ZSTD|ZSTD_LEVEL=9. Leer: wird gewählt.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Scale of values</source>
   <translation>Skalierung der Werte</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Segment this part alone. Empty: all that the rasters cover.</source>
   <translation>Nur diesen Teil segmentieren. Leer: alles, was die Raster abdecken.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Output pixel size in metres</source>
   <translation>Ausgabepixelgröße in Metern</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Instead of the choice above. Empty: that choice.</source>
   <translation>Anstelle der Auswahl darüber. Leer: diese Auswahl.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Output grid like raster</source>
   <translation>Ausgabegitter wie Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Overlap of windows</source>
   <translation>Überlappung der Fenster</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Also see windows turned and mirrored</source>
   <translation>Fenster auch gedreht und gespiegelt ansehen</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Windows at a time</source>
   <translation>Fenster je Durchgang</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Minimum confidence in percent</source>
   <translation>Mindestkonfidenz in Prozent</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Creation options of the rasters</source>
   <translation>Erzeugungsoptionen der Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>{}: {} ({}, {})</source>
   <translation>{}: {} ({}, {})</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Heights, as a rule above ground (nDSM), in metres.</source>
   <translation>Höhen, in der Regel über Grund (nDSM), in Metern.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Whatever else the model knows.</source>
   <translation>Was das Modell sonst noch kennt.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Leave it empty where you have none. Any CRS, resolution and extent.</source>
   <translation>Leer lassen, wo keines vorliegt. KBS, Auflösung und Ausdehnung beliebig.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Which bands of the raster the model gets, in the model's order. Empty: what the file says they are, else the first ones.</source>
   <translation>Welche Kanäle des Rasters das Modell bekommt, in der Reihenfolge des Modells. Leer: was sie laut Datei sind, sonst die ersten.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>The scale of {} is given twice.</source>
   <translation>Die Skalierung von {} ist zweimal angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Leave '{}' empty.</source>
   <translation>„{}“ leer lassen.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Write into the field '{}' of each point what is there, without looking at the map; then run '{}'.</source>
   <translation>In das Feld „{}“ jedes Punktes eintragen, was dort ist, ohne auf die Karte zu sehen; dann „{}“ starten.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Draw sample points</source>
   <translation>Stichprobenpunkte ziehen</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Draws points of a class map, at which you look what is there, to tell how accurate the map is.</source>
   <translation>Zieht Punkte einer Klassenkarte, an denen nachgesehen wird, was dort ist, um anzugeben, wie genau die Karte ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>'stratified' by the classes of the map, so that rare ones get enough points, or 'random' over all.</source>
   <translation>„stratified“, geschichtet nach den Klassen der Karte, damit seltene genug Punkte bekommen, oder „random“, zufällig über alles.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>How well the overall accuracy is to be known: 0.02 means about ± 4 % at 95 % confidence.</source>
   <translation>Wie gut die Gesamtgenauigkeit bekannt werden soll: 0,02 heißt etwa ± 4 % bei 95 % Konfidenz.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>How points are shared among the classes: by size, or equally.</source>
   <translation>Wie die Punkte auf die Klassen verteilt werden: nach Größe oder zu gleichen Teilen.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>{}: {:.1%} of the map, {} points</source>
   <translation>{}: {:.1%} der Karte, {} Punkte</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>sample,sampling,random,stratified,points,accuracy assessment,validation,area estimation,cochran,olofsson,reference,interpretation,response design,ground truth,confidence interval,dis2</source>
   <translation>Stichprobe,Stichproben,Zufall,zufällig,geschichtet,stratifiziert,Punkte,Zufallspunkte,Genauigkeitsanalyse,Validierung,Flächenschätzung,Cochran,Olofsson,Referenz,Interpretation,Stichprobenplan,Bodenreferenz,Referenzdaten,Konfidenzintervall,Vertrauensbereich,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>The map that is to be judged. Names and colours of the classes are those of its style.</source>
   <translation>Die Karte, die beurteilt werden soll. Namen und Farben der Klassen sind die ihres Stils.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Design</source>
   <translation>Stichprobenplan</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Standard error of the accuracy</source>
   <translation>Standardfehler der Genauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Points in every class at least</source>
   <translation>Mindestzahl an Punkten je Klasse</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Of a stratified sample. Accuracies of rare classes need 50 to 100.</source>
   <translation>Bei einer geschichteten Stichprobe. Genauigkeiten seltener Klassen brauchen 50 bis 100.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Number of points</source>
   <translation>Punktanzahl</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Empty: as many as the standard error asks for.</source>
   <translation>Leer: so viele, wie der Standardfehler verlangt.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Expected accuracy</source>
   <translation>Erwartete Genauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>What you think the map's accuracy is; the number of points depends on it.</source>
   <translation>Wie genau die Karte vermutlich ist; davon hängt die Zahl der Punkte ab.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Allocation</source>
   <translation>Aufteilung</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>The same seed draws the same points.</source>
   <translation>Dieselbe Zufallssaat zieht dieselben Punkte.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Sample points</source>
   <translation>Stichprobenpunkte</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Points drawn</source>
   <translation>Gezogene Punkte</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Segment with missing modalities</source>
   <translation>Segmentieren mit fehlenden Modalitäten</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Classifies every pixel from the rasters that you have: photo, heights, or both.</source>
   <translation>Klassifiziert jedes Pixel aus den Rastern, die vorliegen: Luftbild, Höhen oder beides.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>segmentation,semantic,classification,land cover,land use,deep learning,neural network,ai,multimodal,modality,missing,optical,ortho,aerial,satellite,elevation,ndsm,height,lidar,sar,radar,machine learning,segment,semantic segmentation,flood,water,buildings,vegetation,classify,map,inference,predict,prediction,pixel,raster,sentinel,sentinel-1,sentinel-2,orthophoto,drone,uav,dsm,dis2</source>
   <translation>Segmentierung,segmentieren,semantisch,semantische Segmentierung,Klassifikation,Klassifizierung,klassifizieren,Landbedeckung,Landnutzung,Deep Learning,neuronales Netz,KI,künstliche Intelligenz,multimodal,Modalität,fehlend,optisch,Orthofoto,Orthophoto,Luftbild,Satellit,Satellitenbild,Höhe,Höhenmodell,ndsm,nDOM,DOM,Lidar,Laserscanning,sar,Radar,maschinelles Lernen,Hochwasser,Überschwemmung,Überflutung,Wasser,Gebäude,Vegetation,Karte,Vorhersage,Pixel,Raster,Sentinel,Sentinel-1,Sentinel-2,Drohne,uav,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>The map: a class per pixel, 255 where there is no data.</source>
   <translation>Die Karte: eine Klasse je Pixel, 255, wo es keine Daten gibt.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Models that come with the plugin</source>
   <translation>Modelle, die mit der Erweiterung kommen</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Confidence</source>
   <translation>Konfidenz</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probability of the class that won, in percent.</source>
   <translation>Wahrscheinlichkeit der siegreichen Klasse, in Prozent.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Familiarity</source>
   <translation>Vertrautheit</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>How much the ground looks like that which the model was trained on, 0 to 100.</source>
   <translation>Wie sehr die Gegend dem gleicht, worauf das Modell trainiert wurde, 0 bis 100.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probabilities</source>
   <translation>Wahrscheinlichkeiten</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probability of every class, a band each.</source>
   <translation>Wahrscheinlichkeit jeder Klasse, ein Kanal je Klasse.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Scenario</source>
   <translation>Szenario</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Which of the rasters each pixel was classified from.</source>
   <translation>Aus welchen der Raster jedes Pixel klassifiziert wurde.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Modalities used</source>
   <translation>Verwendete Modalitäten</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Device used</source>
   <translation>Verwendetes Gerät</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Classified area in m²</source>
   <translation>Klassifizierte Fläche in m²</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>{:,} pixels</source>
   <translation>{:,} Pixel</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>None: choose a model file.</source>
   <translation>Keines: eine Modelldatei wählen.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>{}: {}</source>
   <translation>{}: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Set up the runtime</source>
   <translation>Laufzeitumgebung einrichten</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Installs, checks, repairs or removes the Python that runs the models; QGIS's own is left alone.</source>
   <translation>Installiert, prüft, repariert oder entfernt das Python, das die Modelle ausführt; das von QGIS bleibt unberührt.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'create' makes the runtime, anew if there is one; 'check' tries it out; 'repair' makes it anew as it was asked for the last time; 'remove' deletes it.</source>
   <translation>„create“ erzeugt die Laufzeitumgebung, eine vorhandene neu; „check“ probiert sie aus; „repair“ erzeugt sie neu, wie sie zuletzt verlangt war; „remove“ löscht sie.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'auto' takes the CUDA build of torch where there is an NVIDIA card with a driver that is new enough, else that for the CPU, which is much smaller.</source>
   <translation>„auto“ nimmt die CUDA-Variante von torch, wo es eine NVIDIA-Karte mit hinreichend neuem Treiber gibt, sonst die für den Prozessor, die viel kleiner ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A Python 3.10 or newer that has torch, rasterio, pyproj and safetensors, such as that of a virtual environment: it is tried out and, with 'create', used from then on. Reports need matplotlib and jinja2 as well. Nothing is installed.</source>
   <translation>Ein Python ab 3.10 mit torch, rasterio, pyproj und safetensors, etwa das einer virtuellen Umgebung: Es wird ausprobiert und bei „create“ von da an verwendet. Berichte brauchen auch matplotlib und jinja2. Es wird nichts installiert.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The address of a mirror, as pip takes it as --index-url; several are separated by blanks. Empty: PyPI and PyTorch's own index for torch. The settings of pip are not read.</source>
   <translation>Die Adresse eines Spiegelservers, wie pip sie als --index-url annimmt; mehrere sind durch Leerzeichen getrennt. Leer: PyPI und für torch der eigene Index von PyTorch. Die Einstellungen von pip werden nicht gelesen.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A folder with .whl files, such as on a stick. What it has is taken from there.</source>
   <translation>Ein Ordner mit .whl-Dateien, etwa auf einem USB-Stick. Was er enthält, wird von dort genommen.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>No internet at all: uv, torch and all packages come from the folder; the machine's own Python.</source>
   <translation>Gar kein Internet: uv, torch und alle Pakete kommen aus dem Ordner, Python vom Rechner selbst.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Otherwise, and where that fails, a Python 3.10 to 3.13 of this machine is the base of the runtime.</source>
   <translation>Sonst, und wo das misslingt, ist ein Python 3.10 bis 3.13 dieses Rechners die Grundlage der Laufzeitumgebung.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Where the runtime lies, remembered. Empty: where it was, or DIS2_RUNTIME, or your data folder.</source>
   <translation>Wo die Laufzeitumgebung liegt; wird gemerkt. Leer: wo sie war, sonst DIS2_RUNTIME oder der eigene Datenordner.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>install,setup,set-up,runtime,environment,python,torch,pytorch,cuda,gpu,dependencies,repair,diagnosis,machine learning,deep learning,ai,download,offline,proxy,installer,dis2</source>
   <translation>installieren,Installation,einrichten,Einrichtung,Laufzeit,Laufzeitumgebung,Umgebung,Python,torch,pytorch,cuda,gpu,Grafikkarte,Abhängigkeiten,Reparatur,reparieren,Diagnose,maschinelles Lernen,Deep Learning,KI,herunterladen,Download,offline,Proxy,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Diagnosis</source>
   <translation>Diagnose</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A report to paste into an issue: versions, driver, disk, the last lines of the log.</source>
   <translation>Ein Bericht zum Einfügen in eine Fehlermeldung: Versionen, Treiber, Datenträger, die letzten Zeilen des Protokolls.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Python of the runtime</source>
   <translation>Python der Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Text of the diagnosis</source>
   <translation>Text der Diagnose</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Action</source>
   <translation>Aktion</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Existing Python to use instead</source>
   <translation>Stattdessen ein vorhandenes Python verwenden</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Package index</source>
   <translation>Paketindex</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Folder of wheels</source>
   <translation>Ordner mit Wheels</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Use the folder of wheels alone</source>
   <translation>Nur den Ordner mit Wheels verwenden</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Download a Python</source>
   <translation>Ein Python herunterladen</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Folder of the runtime</source>
   <translation>Ordner der Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run; reports with charts need as well: {}</source>
   <translation>Die Modelle laufen; Berichte mit Diagrammen brauchen außerdem: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Text files (*.txt);;HTML files (*.html)</source>
   <translation>Textdateien (*.txt);;HTML-Dateien (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>All files (*)</source>
   <translation>Alle Dateien (*)</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The runtime is removed.</source>
   <translation>Die Laufzeitumgebung ist entfernt.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>There was no runtime.</source>
   <translation>Es gab keine Laufzeitumgebung.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Trying out '{}'</source>
   <translation>„{}“ ausprobieren</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Python {}, torch {}: {}</source>
   <translation>Python {}, torch {}: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'{}' runs the models from now on.</source>
   <translation>„{}“ führt von nun an die Modelle aus.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'{}', which was chosen before, is not used any more.</source>
   <translation>„{}“, das zuvor gewählt war, wird nicht mehr verwendet.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The environment variable {} names another Python, which goes first.</source>
   <translation>Die Umgebungsvariable {} nennt ein anderes Python, das vorgeht.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run on {}.</source>
   <translation>Die Modelle laufen auf {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run on the CPU ({}).</source>
   <translation>Die Modelle laufen auf dem Prozessor ({}).</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Train a model</source>
   <translation>Modell trainieren</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Makes a model for your region from your own rasters and labels, and tells how good it is.</source>
   <translation>Macht aus eigenen Rastern und Trainingsdaten ein Modell für die eigene Gegend und sagt, wie gut es ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Takes labels for classes that have so many values that they look like a photo or like ids.</source>
   <translation>Nimmt Trainingsdaten als Klassen an, die so viele Werte haben, dass sie wie ein Foto oder wie Kennungen aussehen.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A model by its name, or a file of a model or of pretrained encoders: what fits is taken over. 'imagenet': encoders that know photographs, where the runtime has them. Empty: nothing, a new model.</source>
   <translation>Ein Modell mit seinem Namen, oder die Datei eines Modells oder vortrainierter Encoder: Was passt, wird übernommen. „imagenet“: Encoder, die Fotos kennen, wo die Laufzeitumgebung sie hat. Leer: nichts, ein neues Modell.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>'quick' to see whether it works at all, 'normal', or 'thorough' for a model that is to be used.</source>
   <translation>„quick“, um zu sehen, ob es überhaupt geht, „normal“, oder „thorough“ für ein Modell, das benutzt werden soll.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training takes as many steps as fit into this time, stops when it is up and keeps the best model so far. Empty: by the effort. The log says how long that takes before it starts.</source>
   <translation>Das Training macht so viele Schritte, wie in diese Zeit passen, endet, wenn sie um ist, und behält das bis dahin beste Modell. Leer: nach dem Aufwand. Das Protokoll sagt vor Beginn, wie lange das dauert.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Learns from what is not labelled, too: all of the scene but what is kept apart for the test. A step takes about twice as long. To be tried, not trusted: the model got worse where this was measured.</source>
   <translation>Lernt auch von dem, was keine Klasse hat: von der ganzen Szene außer dem, was für den Test zurückgehalten wird. Ein Schritt dauert etwa doppelt so lange. Ausprobieren, nicht darauf verlassen: Wo das gemessen wurde, ist das Modell schlechter geworden.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Blocks of the labelled ground that are not trained on, so that they can tell how good the model is.</source>
   <translation>Blöcke der Trainingsgebiete, auf denen nicht trainiert wird, damit sich an ihnen zeigt, wie gut das Modell ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>The model file. Those in the folder of your models (Settings &gt; Options &gt; DIS2) stand in the list of models at once.</source>
   <translation>Die Modelldatei. Was im Ordner der eigenen Modelle liegt (Einstellungen &gt; Optionen &gt; DIS2), steht sofort in der Liste der Modelle.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>train,training,learn,fit,fine-tune,model,labels,ground truth,classification,segmentation,deep learning,neural network,ai,missing,modality,land cover,machine learning,classifier,random forest,supervised,samples,flood,radar,lidar,dis2</source>
   <translation>Training,trainieren,lernen,anpassen,Feinabstimmung,fine-tuning,Modell,Labels,Trainingsdaten,Trainingsgebiete,Referenzdaten,Klassifikation,Klassifizierung,Segmentierung,Deep Learning,neuronales Netz,KI,künstliche Intelligenz,fehlend,Modalität,Landbedeckung,Landnutzung,maschinelles Lernen,Klassifikator,Random Forest,überwacht,Stichproben,Hochwasser,Überschwemmung,Radar,Lidar,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Ground whose class is known. The categories of the layer's style give the classes names and colours.</source>
   <translation>Flächen, deren Klasse bekannt ist. Die Kategorien des Layerstils geben den Klassen Namen und Farben.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A raster of class codes, instead of polygons. A style with a palette gives the classes names and colours; codes that are not in it are not labelled. Nor are 255 and no data.</source>
   <translation>Ein Raster mit Klassencodes anstelle von Polygonen. Ein Stil mit einer Palette gibt den Klassen Namen und Farben; Codes, die darin fehlen, haben keine Klasse. Dasselbe gilt für 255 und Leerwerte.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Many classes</source>
   <translation>Viele Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Use the labels in this part alone. Empty: wherever all rasters are.</source>
   <translation>Nur die Trainingsdaten in diesem Teil verwenden. Leer: überall, wo alle Raster vorliegen.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Start from</source>
   <translation>Ausgehen von</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Effort</source>
   <translation>Aufwand</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Time limit in minutes</source>
   <translation>Zeitgrenze in Minuten</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Use unlabelled ground of the scene</source>
   <translation>Flächen der Szene ohne Klasse mitverwenden</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Share kept for the test</source>
   <translation>Für den Test zurückgehaltener Anteil</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Of everything that is drawn: the same seed gives the same model.</source>
   <translation>Von allem, was ausgelost wird: Dieselbe Zufallssaat ergibt dasselbe Modell.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Name of the model</source>
   <translation>Name des Modells</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Stands in the model's card and in the maps that it makes.</source>
   <translation>Steht im Steckbrief des Modells und in den Karten, die es macht.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Licence of the model</source>
   <translation>Lizenz des Modells</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>What others may do with the model, if you pass it on.</source>
   <translation>Was andere mit dem Modell tun dürfen, wenn es weitergegeben wird.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Attribution</source>
   <translation>Quellenangabe</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Whom to name for the imagery and the labels.</source>
   <translation>Wer für die Bilder und die Trainingsdaten zu nennen ist.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>DIS2 model (*.safetensors)</source>
   <translation>DIS2-Modell (*.safetensors)</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>How good the model is with and without each raster, class by class, and how that was found out.</source>
   <translation>Wie gut das Modell mit und ohne jedes der Raster ist, Klasse für Klasse, und wie das herausgefunden wurde.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Heights, best above ground (nDSM), in metres.</source>
   <translation>Höhen, am besten über Grund (nDSM), in Metern.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Whatever else shows the same ground.</source>
   <translation>Was sonst noch dieselbe Gegend zeigt.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give one of the rasters or more, of any CRS, resolution and extent. Of several, the model will do without any.</source>
   <translation>Ein oder mehrere Raster angeben, mit beliebigem KBS, beliebiger Auflösung und Ausdehnung. Von mehreren wird das Modell jedes entbehren können.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Which bands the model learns from. Empty: all of them, of heights the first.</source>
   <translation>Von welchen Kanälen das Modell lernt. Leer: von allen, bei Höhen vom ersten.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Labels: polygons</source>
   <translation>Trainingsdaten: Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>… or labels: raster</source>
   <translation>… oder Trainingsdaten: Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training steps</source>
   <translation>Trainingsschritte</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Empty: by the effort.</source>
   <translation>Leer: nach dem Aufwand.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Width of the network</source>
   <translation>Breite des Netzes</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Channels at the finest level. Empty: by the effort.</source>
   <translation>Kanäle auf der feinsten Stufe. Leer: nach dem Aufwand.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training window in pixels</source>
   <translation>Trainingsfenster in Pixeln</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A multiple of 16. Empty: chosen.</source>
   <translation>Ein Vielfaches von 16. Leer: wird gewählt.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Windows a step</source>
   <translation>Fenster je Schritt</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Empty: 8. Lower it if memory runs out.</source>
   <translation>Leer: 8. Verringern, wenn der Arbeitsspeicher nicht reicht.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Ground sample distance in metres</source>
   <translation>Bodenauflösung in Metern</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Size of the pixels that the model works on. Empty: that of the finest raster, or the start's.</source>
   <translation>Größe der Pixel, mit denen das Modell arbeitet. Leer: die des feinsten Rasters oder die des Modells, von dem ausgegangen wird.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Mean IoU with all rasters</source>
   <translation>Mittlere IoU mit allen Rastern</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Mean IoU by scenario</source>
   <translation>Mittlere IoU je Szenario</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>No raster was given.</source>
   <translation>Es wurde kein Raster angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give a raster of the ground that is labelled, or several.</source>
   <translation>Ein oder mehrere Raster der Gegend angeben, deren Klassen bekannt sind.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give a layer of polygons with a class field, or a raster of class codes: one of the two.</source>
   <translation>Einen Polygonlayer mit einem Klassenfeld oder ein Raster mit Klassencodes angeben: eines von beiden.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Labels are given as polygons and as a raster.</source>
   <translation>Trainingsdaten sind als Polygone und als Raster angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>No labels were given.</source>
   <translation>Es wurden keine Trainingsdaten angegeben.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Patches of fewer pixels go to their largest neighbour before the polygons are drawn; the rasters stay as they are. 0: the polygons are exactly the map. 10 to 50 make them tidier.</source>
   <translation>Flächen mit weniger Pixeln gehen an ihren größten Nachbarn, bevor die Polygone gezeichnet werden; die Raster bleiben, wie sie sind. 0: Die Polygone sind genau die Karte. 10 bis 50 machen sie ordentlicher.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Whether what lies below the minimum confidence becomes a polygon as well.</source>
   <translation>Ob auch aus dem, was unter der Mindestkonfidenz liegt, ein Polygon wird.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Smallest patch in pixels</source>
   <translation>Kleinste Fläche in Pixeln</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons of uncertain ground too</source>
   <translation>Auch Polygone für Unsicheres</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons</source>
   <translation>Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>One multipolygon a class, with its name, area and share.</source>
   <translation>Ein Multipolygon je Klasse, mit Name, Fläche und Anteil.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Areas</source>
   <translation>Flächen</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>A table: pixels, area in m² and share of every class.</source>
   <translation>Eine Tabelle: Pixel, Fläche in m² und Anteil jeder Klasse.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Choose another name.</source>
   <translation>Einen anderen Namen wählen.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons and areas would be the same file, {}.</source>
   <translation>Polygone und Flächen wären dieselbe Datei, {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>The style {} belongs to something else and stays: other projects draw {} without colours.</source>
   <translation>Der Stil {} gehört zu etwas anderem und bleibt: Andere Projekte zeichnen {} ohne Farben.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>{} is read by this run.</source>
   <translation>{} wird von diesem Lauf gelesen.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>What if a raster were missing?</source>
   <translation>Was, wenn ein Raster fehlte?</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Leaves rasters out in turn and tells how the map changes: can you do without the LiDAR flight?</source>
   <translation>Lässt reihum Raster weg und sagt, wie sich die Karte ändert: Ist die Lidar-Befliegung verzichtbar?</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>what if,missing,modality,ablation,scenario,compare,comparison,agreement,dependence,lidar,elevation,ndsm,optical,cost,flight,segmentation,classification,report,machine learning,radar,sar,flood,what-if,change map,dis2</source>
   <translation>was wenn,fehlend,fehlen,Modalität,Ablation,Szenario,vergleichen,Vergleich,Übereinstimmung,Abhängigkeit,Lidar,Höhe,ndsm,nDOM,optisch,Kosten,Befliegung,Segmentierung,Klassifikation,Bericht,maschinelles Lernen,Radar,sar,Hochwasser,Überschwemmung,Änderungskarte,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Whether the maps are shown when they are done, in a group of their own.</source>
   <translation>Ob die Karten angezeigt werden, wenn sie fertig sind, in einer eigenen Gruppe.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Where maps, table and report go. It must be new or empty, or hold an earlier result of this tool and nothing else.</source>
   <translation>Wohin Karten, Tabelle und Bericht kommen. Der Ordner muss neu oder leer sein oder nur ein früheres Ergebnis dieses Werkzeugs enthalten.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Add the maps to the project</source>
   <translation>Karten dem Projekt hinzufügen</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Table</source>
   <translation>Tabelle</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Summary</source>
   <translation>Zusammenfassung</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Two rasters at least are needed, so that one can be left out.</source>
   <translation>Es braucht mindestens zwei Raster, damit eines weggelassen werden kann.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>DIS2: what if ({})</source>
   <translation>DIS2: was, wenn ({})</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>The model '{}' takes {}.</source>
   <translation>Das Modell „{}“ nimmt {}.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>List the values of map and reference</source>
   <translation>Werte von Karte und Referenz auflisten</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Not labelled</source>
   <translation>Ohne Klasse</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Choose a reference first, of polygons also the field with the class; a photo has no classes.</source>
   <translation>Zuerst eine Referenz wählen, bei Polygonen auch das Feld mit der Klasse; ein Foto hat keine Klassen.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Some of the raster's pixels were looked at: a rare value may be missing here.</source>
   <translation>Nur ein Teil der Pixel des Rasters wurde angesehen: Ein seltener Wert kann hier fehlen.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Values with a semicolon, and classes with one or with an equals sign, cannot stand here.</source>
   <translation>Werte mit einem Semikolon und Klassen mit einem Semikolon oder Gleichheitszeichen können hier nicht stehen.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Value of the reference</source>
   <translation>Wert der Referenz</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Class of the map</source>
   <translation>Klasse der Karte</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>As long as no value has a class, they are matched by name, or by code.</source>
   <translation>Solange kein Wert eine Klasse hat, wird nach Namen oder nach Code zugeordnet.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Values without a class count as not labelled: {}.</source>
   <translation>Werte ohne Klasse zählen nicht mit: {}.</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>First set up the runtime, once; then look in the menu Raster.</source>
   <translation>Zuerst einmalig die Laufzeitumgebung einrichten, dann im Menü Raster nachsehen.</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Segment…</source>
   <translation>Segmentieren…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>What if…</source>
   <translation>Was, wenn…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Train…</source>
   <translation>Trainieren…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Set up the runtime…</source>
   <translation>Laufzeitumgebung einrichten…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Demonstration city…</source>
   <translation>Demonstrationsstadt…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Help</source>
   <translation>Hilfe</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Look in the menu Raster.</source>
   <translation>Im Menü Raster nachsehen.</translation>
  </message>
  <message>
   <location filename="../gui/model_widget.py"></location>
   <source>Choose a model file</source>
   <translation>Modelldatei wählen</translation>
  </message>
  <message>
   <location filename="../gui/model_widget.py"></location>
   <source>Models ({})</source>
   <translation>Modelle ({})</translation>
  </message>
  <message>
   <location filename="../gui/preview.py"></location>
   <source>DIS2 preview</source>
   <translation>DIS2-Vorschau</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Preview</source>
   <translation>Vorschau</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Tries the model on the middle of the map view, as a temporary layer</source>
   <translation>Probiert das Modell in der Mitte der Kartenansicht aus, als Temporärlayer</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>The preview shows the middle of the view.</source>
   <translation>Die Vorschau zeigt die Mitte der Ansicht.</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Preview ({})</source>
   <translation>Vorschau ({})</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Stop preview ({:.0f} %)</source>
   <translation>Vorschau abbrechen ({:.0f} %)</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Wrong or missing value: {}</source>
   <translation>Falscher oder fehlender Wert: {}</translation>
  </message>
  <message>
   <location filename="../gui/setup_dialog.py"></location>
   <source>the graphics card</source>
   <translation>der Grafikkarte</translation>
  </message>
  <message>
   <location filename="../gui/setup_dialog.py"></location>
   <source>the CPU</source>
   <translation>dem Prozessor</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>This is a result of DIS2, not a measurement.</source>
   <translation>Das ist ein Ergebnis von DIS2, keine Messung.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It holds numbers of palette colours, not measured values: use 'PCT to RGB' first.</source>
   <translation>Es enthält Nummern von Palettenfarben, keine gemessenen Werte: Zuerst „PCT nach RGB“ anwenden.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It says that its bands are red, green and blue: a photo, and no heights?</source>
   <translation>Seine Kanäle sind als Rot, Grün und Blau ausgewiesen: ein Foto und keine Höhen?</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It has too few bands ({}); the model takes {}.</source>
   <translation>Es hat zu wenige Kanäle ({}); das Modell nimmt {}.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>{} bands are chosen; the model takes {}.</source>
   <translation>{} Kanäle sind gewählt; das Modell nimmt {}.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>Band {} is given as '{}', too.</source>
   <translation>Kanal {} ist auch als „{}“ angegeben.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It has {} bands: which one holds the heights?</source>
   <translation>Es hat {} Kanäle: Welcher enthält die Höhen?</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>{} [optional]</source>
   <translation>{} [optional]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>Nothing: a new model</source>
   <translation>Nichts: ein neues Modell</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required, or a raster]</source>
   <translation>{} [erforderlich, oder ein Raster]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required with polygons]</source>
   <translation>{} [erforderlich bei Polygonen]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required, or polygons]</source>
   <translation>{} [erforderlich, oder Polygone]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>A new model that knows nothing yet. A model or pretrained encoders can be chosen instead.</source>
   <translation>Ein neues Modell, das noch nichts weiß. Stattdessen kann ein Modell oder können vortrainierte Encoder gewählt werden.</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Stop and keep the best</source>
   <translation>Anhalten und das Beste behalten</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Ends training now; the best model so far is tested and saved</source>
   <translation>Beendet das Training jetzt; das bis dahin beste Modell wird geprüft und gespeichert</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Training ends after this step; the best model so far is tested and saved.</source>
   <translation>Das Training endet nach diesem Schritt; das bis dahin beste Modell wird geprüft und gespeichert.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>Give an extent in a CRS of the same part of the Earth, that of the raster for example.</source>
   <translation>Eine Ausdehnung im KBS desselben Teils der Erde angeben, zum Beispiel dem des Rasters.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>Check the CRS of the layer.</source>
   <translation>Das KBS des Layers prüfen.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>unknown CRS</source>
   <translation>unbekanntes KBS</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>The extent in {} cannot be expressed in {}.</source>
   <translation>Die Ausdehnung in {} lässt sich nicht in {} ausdrücken.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>{} says nothing about the ground here.</source>
   <translation>{} sagt hier nichts über den Boden aus.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>in-memory</source>
   <translation>im Arbeitsspeicher</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>Right-click it, choose Export &gt; Save As… to write a GeoTIFF, and use that.</source>
   <translation>Im Kontextmenü des Layers mit Exportieren &gt; Speichern als… eine GeoTIFF-Datei schreiben und diese verwenden.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>Write it to a new file (Export &gt; Save As…), and use that.</source>
   <translation>In eine neue Datei schreiben (Exportieren &gt; Speichern als…) und diese verwenden.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>The layer '{}' is not a file that can be opened outside QGIS (it is a {} layer).</source>
   <translation>Der Layer „{}“ ist keine Datei, die sich außerhalb von QGIS öffnen lässt (Art des Layers: {}).</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>{} cannot be given what is set on its layer ({}).</source>
   <translation>{} kann nicht mitgegeben werden, was am Layer eingestellt ist ({}).</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Reading the polygons</source>
   <translation>Polygone lesen</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Give a layer of polygons.</source>
   <translation>Einen Polygonlayer angeben.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>There are no polygons here.</source>
   <translation>Hier gibt es keine Polygone.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Draw some, clear the selection, or choose a larger extent.</source>
   <translation>Welche zeichnen, die Auswahl aufheben oder eine größere Ausdehnung wählen.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>No field was chosen.</source>
   <translation>Es wurde kein Feld gewählt.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>The layer '{}' holds no polygons.</source>
   <translation>Der Layer „{}“ enthält keine Polygone.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Choose the field that holds the class: {}.</source>
   <translation>Das Feld wählen, das die Klasse enthält: {}.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>The layer '{}' has no field '{}'.</source>
   <translation>Der Layer „{}“ hat kein Feld „{}“.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Set 'Extent' to the part that you need.</source>
   <translation>„Ausdehnung“ auf den Teil setzen, der gebraucht wird.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Check the CRS of the layer, or choose another extent.</source>
   <translation>Das KBS des Layers prüfen oder eine andere Ausdehnung wählen.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Check that the service can be reached and covers the extent.</source>
   <translation>Prüfen, ob der Dienst erreichbar ist und die Ausdehnung abdeckt.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Free some space there.</source>
   <translation>Dort Platz schaffen.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' would have to be read as {:,} × {:,} pixels; {:,} in all is the limit.</source>
   <translation>Der Layer „{}“ müsste mit {:,} × {:,} Pixeln gelesen werden; {:,} insgesamt ist die Grenze.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Reading '{}' through QGIS</source>
   <translation>„{}“ durch QGIS lesen</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' is read through QGIS: {} pixels.</source>
   <translation>Der Layer „{}“ wird durch QGIS gelesen: {} Pixel.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' could not be read through QGIS (error {}).</source>
   <translation>Der Layer „{}“ konnte nicht durch QGIS gelesen werden (Fehler {}).</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' lies elsewhere than the extent or the other rasters.</source>
   <translation>Der Layer „{}“ liegt anderswo als die Ausdehnung oder die anderen Raster.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' shows nothing here.</source>
   <translation>Der Layer „{}“ zeigt hier nichts.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' could not be written to the temporary folder.</source>
   <translation>Der Layer „{}“ konnte nicht in den temporären Ordner geschrieben werden.</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>transparent values of its style ('Additional no data value' makes them no data)</source>
   <translation>transparente Werte seines Stils („Zusätzlicher Leerwert“ macht sie zu Leerwerten)</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>Set on the layer '{}' and not used here: {}.</source>
   <translation>Am Layer „{}“ eingestellt und hier nicht verwendet: {}.</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>the bands that it shows ({})</source>
   <translation>die angezeigten Kanäle ({})</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>the options with which its file is opened ({})</source>
   <translation>die Optionen, mit denen seine Datei geöffnet wird ({})</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>No model was chosen.</source>
   <translation>Es wurde kein Modell gewählt.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>Choose another one under Settings &gt; Options &gt; DIS2, or another file for the model.</source>
   <translation>Unter Einstellungen &gt; Optionen &gt; DIS2 einen anderen wählen oder eine andere Datei für das Modell.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>Choose a model file, or one of these: {}.</source>
   <translation>Eine Modelldatei wählen oder eines von diesen: {}.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>none</source>
   <translation>keines</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>The folder of your models, '{}', cannot be made ({}).</source>
   <translation>Der Ordner der eigenen Modelle, „{}“, kann nicht angelegt werden ({}).</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>A Python of DIS2's own, which it installs</source>
   <translation>Ein eigenes Python von DIS2, das es installiert</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>For the device</source>
   <translation>Für das Gerät</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Installs torch and the other packages: some minutes, 1.2 GB, with a graphics card up to 6 GB</source>
   <translation>Installiert torch und die übrigen Pakete: einige Minuten, 1,2 GB, mit Grafikkarte bis zu 6 GB</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Imports the packages and computes a tensor in the Python that runs the models</source>
   <translation>Importiert die Pakete und berechnet einen Tensor mit dem Python, das die Modelle ausführt</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Makes the runtime anew as it was asked for the last time</source>
   <translation>Erzeugt die Laufzeitumgebung neu, wie sie zuletzt verlangt war</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Deletes the runtime</source>
   <translation>Löscht die Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>A Python that exists already</source>
   <translation>Ein Python, das schon vorhanden ist</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Python that runs the models</source>
   <translation>Python, das die Modelle ausführt</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Python 3.10 or newer with torch, rasterio, pyproj, safetensors</source>
   <translation>Python ab 3.10 mit torch, rasterio, pyproj, safetensors</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Try out</source>
   <translation>Ausprobieren</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Mirrors and machines without internet</source>
   <translation>Spiegelserver und Rechner ohne Internet</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>PyPI, and PyTorch's index for torch</source>
   <translation>PyPI, und für torch der Index von PyTorch</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Address of a mirror, as pip takes it as --index-url; several separated by blanks</source>
   <translation>Adresse eines Spiegelservers, wie pip sie als --index-url annimmt; mehrere durch Leerzeichen getrennt</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Use the folder of wheels alone, without any connection</source>
   <translation>Nur den Ordner mit Wheels verwenden, ohne jede Verbindung</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Download a Python (otherwise the machine's own, 3.10 to 3.13)</source>
   <translation>Ein Python herunterladen (sonst das des Rechners, 3.10 bis 3.13)</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Folder of your models</source>
   <translation>Ordner der eigenen Modelle</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>New models go here; all models in it stand in the lists of models</source>
   <translation>Neue Modelle kommen hierher; alle Modelle darin stehen in den Modelllisten</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Set up anew</source>
   <translation>Neu einrichten</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Set up</source>
   <translation>Einrichten</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Check</source>
   <translation>Prüfen</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Repair</source>
   <translation>Reparieren</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Remove…</source>
   <translation>Entfernen…</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Graphics card if there is one</source>
   <translation>Grafikkarte, falls vorhanden</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>CPU</source>
   <translation>Prozessor</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Graphics card (CUDA)</source>
   <translation>Grafikkarte (CUDA)</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>The diagnosis is on the clipboard.</source>
   <translation>Die Diagnose ist in der Zwischenablage.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Delete the runtime in '{}'?</source>
   <translation>Die Laufzeitumgebung in „{}“ löschen?</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>DIS2</source>
   <translation>DIS2</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Done.</source>
   <translation>Fertig.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Cancelled.</source>
   <translation>Abgebrochen.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Failed: see below.</source>
   <translation>Fehlgeschlagen: siehe unten.</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>Copy diagnosis</source>
   <translation>Diagnose kopieren</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>A report to paste into an issue, without names of people and passwords</source>
   <translation>Ein Bericht zum Einfügen in eine Fehlermeldung, ohne Personennamen und Passwörter</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>What a set-up does is shown here. It goes on if you close this window.</source>
   <translation>Was eine Einrichtung tut, wird hier angezeigt. Sie läuft weiter, wenn dieses Fenster geschlossen wird.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>The models run in a Python that was chosen in {}.</source>
   <translation>Die Modelle laufen mit einem Python, das in {} gewählt wurde.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>these options</source>
   <translation>diesen Optionen</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>The runtime is ready: torch {} on {}.</source>
   <translation>Die Laufzeitumgebung ist bereit: torch {} auf {}.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>It works; its device is {}.</source>
   <translation>Sie funktioniert; ihr Gerät ist {}.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>Set it up below.</source>
   <translation>Unten einrichten.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Free some space, or choose another file.</source>
   <translation>Platz schaffen oder eine andere Datei wählen.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Create it, or choose another.</source>
   <translation>Den Ordner anlegen oder einen anderen wählen.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Choose another folder, or ask for the permission.</source>
   <translation>Einen anderen Ordner wählen oder um das Zugriffsrecht bitten.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>'{}' could not be written ({}).</source>
   <translation>„{}“ konnte nicht geschrieben werden ({}).</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>The folder {} does not exist.</source>
   <translation>Der Ordner {} ist nicht vorhanden.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>You may not write {}.</source>
   <translation>{} darf nicht geschrieben werden.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose another folder.</source>
   <translation>Einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose another name, or delete it first.</source>
   <translation>Einen anderen Namen wählen oder die Datei zuvor löschen.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>The layer is a temporary file, which goes when QGIS ends, and your labels with it.</source>
   <translation>Der Layer ist eine temporäre Datei; sie geht beim Beenden von QGIS verloren und mit ihr alles Gezeichnete.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>no class yet</source>
   <translation>noch keine Klasse</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} cannot be written ({}).</source>
   <translation>{} kann nicht geschrieben werden ({}).</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} is no GeoPackage, which alone keeps the form and the colours.</source>
   <translation>{} ist kein GeoPackage; nur ein solches bewahrt Formular und Farben.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose a file that ends in {}.</source>
   <translation>Eine Datei wählen, die auf {} endet.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} exists, and may hold labels of yours.</source>
   <translation>{} ist vorhanden und kann eigene Trainingsgebiete enthalten.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The polygons are made of {:,} × {:,} pixels, which takes minutes.</source>
   <translation>Die Polygone werden aus {:,} × {:,} Pixeln gemacht, was Minuten dauert.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Drawing polygons</source>
   <translation>Polygone zeichnen</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Merging small patches</source>
   <translation>Kleine Flächen zusammenführen</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Merge small patches ('Smallest patch'), or choose a smaller extent.</source>
   <translation>Kleine Flächen zusammenführen („Kleinste Fläche“) oder eine kleinere Ausdehnung wählen.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Free some space in the temporary folder.</source>
   <translation>Im temporären Ordner Platz schaffen.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The map has more than {:,} patches, too many for polygons; the map itself is finished: {}.</source>
   <translation>Die Karte hat mehr als {:,} Einzelflächen, zu viele für Polygone; die Karte selbst ist fertig: {}.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The polygons could not be made ({}).</source>
   <translation>Die Polygone konnten nicht erzeugt werden ({}).</translation>
  </message>
  <message>
   <location filename="../results/report_pages.py"></location>
   <source>The report stays in English: {}</source>
   <translation>Der Bericht bleibt auf Englisch: {}</translation>
  </message>
  <message>
   <location filename="../results/whole.py"></location>
   <source>{} is no file.</source>
   <translation>{} ist keine Datei.</translation>
  </message>
  <message>
   <location filename="../results/whole.py"></location>
   <source>{} exists and belongs to another file than {}.</source>
   <translation>{} ist vorhanden und gehört zu einer anderen Datei als {}.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Free some space or choose another folder for the runtime, and run the set-up again.</source>
   <translation>Platz schaffen oder einen anderen Ordner für die Laufzeitumgebung wählen und die Einrichtung noch einmal starten.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>If a firewall of your organisation reads the traffic, import its certificate under Settings &gt; Options &gt; Authentication &gt; Manage Certificates, or name its file in the environment variable SSL_CERT_FILE.</source>
   <translation>Falls eine Firewall der eigenen Organisation den Datenverkehr mitliest, ihr Zertifikat unter Einstellungen &gt; Optionen &gt; Authentifizierung &gt; Zertifikate verwalten importieren oder seine Datei in der Umgebungsvariable SSL_CERT_FILE nennen.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Enter them under Settings &gt; Options &gt; Network, and run the set-up again.</source>
   <translation>Beides unter Einstellungen &gt; Optionen &gt; Netzwerk eintragen und die Einrichtung noch einmal starten.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Check the connection and QGIS's proxy (Settings &gt; Options &gt; Network). Without internet, give the set-up a folder of wheels or your organisation's package index, or an existing Python.</source>
   <translation>Die Verbindung und den Proxy von QGIS prüfen (Einstellungen &gt; Optionen &gt; Netzwerk). Ohne Internet der Einrichtung einen Ordner mit Wheels, den Paketindex der eigenen Organisation oder ein vorhandenes Python angeben.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Choose a folder of your own for the runtime, wait for running algorithms to end, or ask whether a virus scanner has blocked it.</source>
   <translation>Einen eigenen Ordner für die Laufzeitumgebung wählen, das Ende laufender Algorithmen abwarten oder nachfragen, ob ein Virenscanner es verhindert hat.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Run the set-up again; if it happens again, somebody changes files on their way to you: ask your network's administrators.</source>
   <translation>Die Einrichtung noch einmal starten; geschieht es wieder, verändert jemand die Dateien auf ihrem Weg hierher: bei der Netzwerkadministration nachfragen.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Add it to the folder of wheels or to the mirror; docs/runtime.md says how both are filled.</source>
   <translation>Es dem Ordner mit Wheels oder dem Spiegelserver hinzufügen; docs/runtime.md sagt, wie beide gefüllt werden.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Let the set-up download one, which needs a connection, or install Python 3.12.</source>
   <translation>Die Einrichtung eines herunterladen lassen, wozu sie eine Verbindung braucht, oder Python 3.12 installieren.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed.</source>
   <translation>{}: fehlgeschlagen.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>The last words:</source>
   <translation>Die letzten Worte:</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the disk is full.</source>
   <translation>{}: fehlgeschlagen, der Datenträger ist voll.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a certificate is not trusted ({}).</source>
   <translation>{}: fehlgeschlagen, einem Zertifikat wird nicht vertraut ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the proxy asks for a name and a password.</source>
   <translation>{}: fehlgeschlagen, der Proxy verlangt Namen und Passwort.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the server cannot be reached ({}).</source>
   <translation>{}: fehlgeschlagen, der Server ist nicht erreichbar ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a file may not be written ({}).</source>
   <translation>{}: fehlgeschlagen, eine Datei darf nicht geschrieben werden ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: {} is not the file that was published.</source>
   <translation>{}: fehlgeschlagen, {} ist nicht die veröffentlichte Datei.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a package is missing where it was looked for ({}).</source>
   <translation>{}: fehlgeschlagen, ein Paket fehlt dort, wo es gesucht wurde ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: there is no Python that fits on this machine ({}).</source>
   <translation>{}: fehlgeschlagen, auf diesem Rechner gibt es kein passendes Python ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>Choose another Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON, or none: {}</source>
   <translation>Unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_PYTHON ein anderes Python wählen oder keines: {}</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>DIS2 has no Python to run its models with yet.</source>
   <translation>DIS2 hat noch kein Python, das seine Modelle ausführt.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>'{}' ({}) is not a program that can be run.</source>
   <translation>„{}“ ({}) ist kein Programm, das sich ausführen lässt.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>the QGIS setting {}</source>
   <translation>die QGIS-Einstellung {}</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>The runtime was made for DIS2 {}; DIS2 {} needs other packages.</source>
   <translation>Die Laufzeitumgebung wurde für DIS2 {} erzeugt; DIS2 {} braucht andere Pakete.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>The runtime in '{}' is damaged: its Python is gone.</source>
   <translation>Die Laufzeitumgebung in „{}“ ist beschädigt: Ihr Python ist verschwunden.</translation>
  </message>
  <message>
   <location filename="../runtime/journal.py"></location>
   <source>Cancelled. An earlier runtime is as it was.</source>
   <translation>Abgebrochen. Eine frühere Laufzeitumgebung ist, wie sie war.</translation>
  </message>
  <message>
   <location filename="../runtime/journal.py"></location>
   <source>Warning: {}</source>
   <translation>Warnung: {}</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Run the algorithm 'Set up the runtime' (Processing Toolbox &gt; DIS2), or use the page Settings &gt; Options &gt; DIS2.</source>
   <translation>Den Algorithmus „Laufzeitumgebung einrichten“ starten (Verarbeitungswerkzeuge &gt; DIS2) oder die Seite Einstellungen &gt; Optionen &gt; DIS2 benutzen.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose a shorter one, such as C:\dis2, under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Einen kürzeren wählen, etwa C:\dis2, unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_RUNTIME.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Free some space, or choose another folder under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Platz schaffen oder unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_RUNTIME einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose an empty folder for the runtime.</source>
   <translation>Einen leeren Ordner für die Laufzeitumgebung wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose another one under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_RUNTIME einen anderen wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The runtime needs about {:.1f} GB while it is made, and the disk of '{}' has {:.1f} GB left.</source>
   <translation>Die Laufzeitumgebung braucht etwa {:.1f} GB, während sie erzeugt wird; auf dem Datenträger von „{}“ sind noch {:.1f} GB frei.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The path of the runtime, '{}', is too long for Windows.</source>
   <translation>Der Pfad der Laufzeitumgebung, „{}“, ist zu lang für Windows.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The stamp of the runtime, '{}', is damaged ({}).</source>
   <translation>Der Stempel der Laufzeitumgebung, „{}“, ist beschädigt ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The folder '{}' holds other files.</source>
   <translation>Der Ordner „{}“ enthält andere Dateien.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The folder of the runtime, '{}', cannot be written ({}).</source>
   <translation>Der Ordner der Laufzeitumgebung, „{}“, kann nicht beschrieben werden ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The driver {} of {} is too old: {} or newer is needed. Update the driver and repair the runtime.</source>
   <translation>Der Treiber {} von {} ist zu alt: {} oder neuer wird gebraucht. Den Treiber aktualisieren und die Laufzeitumgebung reparieren.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The CPU was asked for.</source>
   <translation>Es wurde der Prozessor verlangt.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>There is no CUDA on macOS.</source>
   <translation>Unter macOS gibt es kein CUDA.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>No NVIDIA graphics card with a working driver was found.</source>
   <translation>Es wurde keine NVIDIA-Grafikkarte mit funktionierendem Treiber gefunden.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The graphics card {} is too old for this torch (compute capability {}).</source>
   <translation>Die Grafikkarte {} ist zu alt für dieses torch (Compute Capability {}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>{}, driver {}</source>
   <translation>{}, Treiber {}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>no answer within the time that QGIS's network options allow</source>
   <translation>keine Antwort in der Zeit, die die Netzwerkoptionen von QGIS erlauben</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Check the address of the package index or mirror.</source>
   <translation>Die Adresse des Paketindex oder Spiegelservers prüfen.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Downloading {}</source>
   <translation>{} herunterladen</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{} failed: it is larger than {:.0f} MB.</source>
   <translation>{}: fehlgeschlagen, die Datei ist größer als {:.0f} MB.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{}, through the proxy {}:{}</source>
   <translation>{}, über den Proxy {}:{}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Check the folder or the address of the mirror.</source>
   <translation>Den Ordner oder die Adresse des Spiegelservers prüfen.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{}, without a proxy</source>
   <translation>{}, ohne Proxy</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{} failed ({}).</source>
   <translation>{}: fehlgeschlagen ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>Choose an existing Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON, if there is one with torch.</source>
   <translation>Unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_PYTHON ein vorhandenes Python wählen, falls es eines mit torch gibt.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>Add that wheel; docs/runtime.md says how a folder is filled.</source>
   <translation>Dieses Wheel hinzufügen; docs/runtime.md sagt, wie ein Ordner gefüllt wird.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for Macs with an Intel processor.</source>
   <translation>torch {} gibt es nicht für Macs mit Intel-Prozessor.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for {} on {}.</source>
   <translation>torch {} gibt es nicht für {} auf {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for Linux without glibc, such as Alpine.</source>
   <translation>torch {} gibt es nicht für Linux ohne glibc, wie Alpine.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>'{}' has no torch {} for Python {}.{} on {} {}.</source>
   <translation>„{}“ enthält kein torch {} für Python {}.{} auf {} {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>If a virus scanner or a policy forbids it, ask for an exception or choose an existing Python.</source>
   <translation>Falls ein Virenscanner oder eine Richtlinie es verbietet, um eine Ausnahme bitten oder ein vorhandenes Python wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Run the set-up again; if it happens again, ask your network's administrators who changes downloads.</source>
   <translation>Die Einrichtung noch einmal starten; geschieht es wieder, bei der Netzwerkadministration nachfragen, wer Downloads verändert.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Add the wheel of uv to the folder of wheels, or choose an existing Python.</source>
   <translation>Das Wheel von uv dem Ordner mit Wheels hinzufügen oder ein vorhandenes Python wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Give the address that pip takes as --index-url; as a rule it ends in /simple.</source>
   <translation>Die Adresse angeben, die pip als --index-url annimmt; in der Regel endet sie auf /simple.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Run the set-up again, or replace the file.</source>
   <translation>Die Einrichtung noch einmal starten oder die Datei ersetzen.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Writing {}</source>
   <translation>{} schreiben</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>'{}' does not run on this machine.</source>
   <translation>„{}“ läuft nicht auf diesem Rechner.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>{} is not the file that was published.</source>
   <translation>{} ist nicht die veröffentlichte Datei.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>There is no uv {} for {} {} in {}.</source>
   <translation>Es gibt kein uv {} für {} {} in {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>{} is no package index ({}).</source>
   <translation>{} ist kein Paketindex ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>The wheel of uv is damaged ({}).</source>
   <translation>Das Wheel von uv ist beschädigt ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>Run it again; if it stays so, restart the machine.</source>
   <translation>Noch einmal starten; bleibt es dabei, den Rechner neu starten.</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>'{}' cannot be started ({}).</source>
   <translation>„{}“ kann nicht gestartet werden ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>'{}' has not ended within {:g} seconds and was stopped.</source>
   <translation>„{}“ war nach {:g} Sekunden nicht zu Ende und wurde angehalten.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The graphics card cannot be used ({}). The runtime is made for the CPU instead.</source>
   <translation>Die Grafikkarte kann nicht verwendet werden ({}). Die Laufzeitumgebung wird stattdessen für den Prozessor erzeugt.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Getting uv, which installs the packages</source>
   <translation>uv holen, das die Pakete installiert</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Getting Python</source>
   <translation>Python holen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Trying it out: importing the packages, computing a tensor</source>
   <translation>Ausprobieren: Pakete importieren, einen Tensor berechnen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Not verified against the hashes of the published files: {}</source>
   <translation>Nicht gegen die Prüfsummen der veröffentlichten Dateien geprüft: {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The graphics card cannot be used.</source>
   <translation>Die Grafikkarte kann nicht verwendet werden.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>torch for '{}': {}</source>
   <translation>torch für „{}“: {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The runtime is ready: Python {}, torch {}</source>
   <translation>Die Laufzeitumgebung ist bereit: Python {}, torch {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Making the runtime</source>
   <translation>Laufzeitumgebung erzeugen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>DIS2: diagnosis of the runtime</source>
   <translation>DIS2: Diagnose der Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>yes</source>
   <translation>ja</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>no</source>
   <translation>nein</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Machine</source>
   <translation>Rechner</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Network</source>
   <translation>Netzwerk</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Runtime</source>
   <translation>Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Log</source>
   <translation>Protokoll</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Disk of the runtime: {:.1f} of {:.1f} GB free</source>
   <translation>Datenträger der Laufzeitumgebung: {:.1f} von {:.1f} GB frei</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>No managed runtime.</source>
   <translation>Keine verwaltete Laufzeitumgebung.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Problem</source>
   <translation>Problem</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Managed runtime</source>
   <translation>Verwaltete Laufzeitumgebung</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Of this version</source>
   <translation>Von dieser Version</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Not verified</source>
   <translation>Nicht geprüft</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Chosen Python</source>
   <translation>Gewähltes Python</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>none with a working NVIDIA driver</source>
   <translation>keine mit funktionierendem NVIDIA-Treiber</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Making an environment of Python {}</source>
   <translation>Eine Umgebung mit Python {} erzeugen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Run the set-up again.</source>
   <translation>Die Einrichtung noch einmal starten.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Downloading Python {}</source>
   <translation>Python {} herunterladen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>uv made no environment in '{}'.</source>
   <translation>uv hat in „{}“ keine Umgebung erzeugt.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>{} The machine's own Python is taken.</source>
   <translation>{} Das Python des Rechners wird genommen.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the packages (numpy, rasterio, matplotlib and others)</source>
   <translation>Pakete installieren (numpy, rasterio, matplotlib und andere)</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing torch for '{}', the largest part</source>
   <translation>torch für „{}“ installieren, den größten Teil</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the CUDA libraries</source>
   <translation>CUDA-Bibliotheken installieren</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the packages</source>
   <translation>Pakete installieren</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Wait for running algorithms to end, or close the other QGIS, and remove the runtime again.</source>
   <translation>Das Ende laufender Algorithmen abwarten oder das andere QGIS schließen und die Laufzeitumgebung noch einmal entfernen.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Wait until that is done, or cancel it there.</source>
   <translation>Warten, bis das fertig ist, oder es dort abbrechen.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Removing the runtime in '{}'</source>
   <translation>Laufzeitumgebung in „{}“ entfernen</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>'{}' cannot be removed: it is in use.</source>
   <translation>„{}“ kann nicht entfernt werden: Es ist in Benutzung.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>The runtime in '{}' is being set up already, here or in another QGIS.</source>
   <translation>Die Laufzeitumgebung in „{}“ wird bereits eingerichtet, hier oder in einem anderen QGIS.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>The folder of the runtime, '{}', cannot be written.</source>
   <translation>Der Ordner der Laufzeitumgebung, „{}“, kann nicht beschrieben werden.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Choose a folder that holds .whl files.</source>
   <translation>Einen Ordner wählen, der .whl-Dateien enthält.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Without internet the set-up needs a folder of wheels.</source>
   <translation>Ohne Internet braucht die Einrichtung einen Ordner mit Wheels.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Choose one; docs/runtime.md says how it is filled on a machine that has internet.</source>
   <translation>Einen wählen; docs/runtime.md sagt, wie er auf einem Rechner mit Internet gefüllt wird.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Set the runtime up anew ('create') with the whole address.</source>
   <translation>Die Laufzeitumgebung mit der ganzen Adresse neu einrichten („create“).</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>There is no folder of wheels '{}'.</source>
   <translation>Es gibt keinen Ordner mit Wheels „{}“.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>The package index {} was given with a password, which is not kept.</source>
   <translation>Der Paketindex {} wurde mit einem Passwort angegeben, das nicht aufbewahrt wird.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Repair the runtime, or install what is missing into the Python that you chose.</source>
   <translation>Die Laufzeitumgebung reparieren oder das Fehlende in dem gewählten Python installieren.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Install the Microsoft Visual C++ Redistributable (x64) from Microsoft, restart the machine and repair the runtime.</source>
   <translation>Microsoft Visual C++ Redistributable (x64) von Microsoft installieren, den Rechner neu starten und die Laufzeitumgebung reparieren.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Choose another one.</source>
   <translation>Ein anderes wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Update it there, or choose another Python.</source>
   <translation>Es dort aktualisieren oder ein anderes Python wählen.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>it crashed</source>
   <translation>es ist abgestürzt</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' is Python {}; DIS2 needs 3.10 or newer.</source>
   <translation>„{}“ ist Python {}; DIS2 braucht 3.10 oder neuer.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' cannot import {} ({}).</source>
   <translation>„{}“ kann {} nicht importieren ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' has {} {}; DIS2 needs {} or newer.</source>
   <translation>„{}“ hat {} {}; DIS2 braucht {} oder neuer.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>exit code {}</source>
   <translation>Rückgabewert {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' does not work as a Python for DIS2 ({}).</source>
   <translation>„{}“ taugt nicht als Python für DIS2 ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Is it a Python 3.10 or newer? Its last words:</source>
   <translation>Ist es ein Python 3.10 oder neuer? Seine letzten Worte:</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Translate (convert format)', with {} among its additional parameters</source>
   <translation>„Umwandeln (Format konvertieren)“, mit {} unter den weiteren Parametern</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>give the layer a style that names each of them</source>
   <translation>dem Layer einen Stil geben, der jeden davon benennt</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'… raster: bands'</source>
   <translation>„…raster: Kanäle“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Windows at a time'</source>
   <translation>„Fenster je Durchgang“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Extent'</source>
   <translation>„Ausdehnung“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Output pixels'</source>
   <translation>„Ausgabepixel“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>tick 'Many classes'</source>
   <translation>„Viele Klassen“ ankreuzen</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Mask'</source>
   <translation>„Maske“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'No data'</source>
   <translation>„Leerwert“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>Choose a Python that has them in 'Set up the runtime'</source>
   <translation>Unter „Laufzeitumgebung einrichten“ ein Python wählen, das sie hat</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>Install it with pip into the Python that runs the models, or start from something else</source>
   <translation>Es mit pip in das Python installieren, das die Modelle ausführt, oder von etwas anderem ausgehen</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'… raster: factor'</source>
   <translation>„…raster: Faktor“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Size in pixels'</source>
   <translation>„Größe in Pixeln“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Meaning of the reference's values'</source>
   <translation>„Bedeutung der Referenzwerte“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Build virtual raster'</source>
   <translation>„Virtuelles Raster generieren“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'PCT to RGB'</source>
   <translation>„PCT nach RGB“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Clip raster by extent'</source>
   <translation>„Raster auf Ausdehnung zuschneiden“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Translate (convert format)'</source>
   <translation>„Umwandeln (Format konvertieren)“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Warp (reproject)'</source>
   <translation>„Transformieren (Reprojizieren)“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Assign projection'</source>
   <translation>„Projektion zuweisen“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Additional no data value' in the properties of the layer,</source>
   <translation>„Zusätzlicher Leerwert“ in den Layereigenschaften,</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Raster information'</source>
   <translation>„Rasterinformation“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source> ('Reproject layer')</source>
   <translation> („Layer reprojizieren“)</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Export &gt; Save Features As…'</source>
   <translation>„Exportieren &gt; Objekte speichern als…“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Height above ground (nDSM)'</source>
   <translation>„Höhe über Grund (nDSM)“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source> ('Repair' in the options)</source>
   <translation> („Reparieren“ in den Optionen)</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{0}: factor' {1} and '{0}: offset' {2}</source>
   <translation>„{0}: Faktor“ {1} und „{0}: Versatz“ {2}</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{}: bands'</source>
   <translation>„{}: Kanäle“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{0}: factor' and '{0}: offset'</source>
   <translation>„{0}: Faktor“ und „{0}: Versatz“</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{}: factor' {}</source>
   <translation>„{}: Faktor“ {}</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Warp (reproject)', with {} among its additional parameters</source>
   <translation>„Transformieren (Reprojizieren)“, mit {} unter den weiteren Parametern</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>automatic</source>
   <translation>automatisch</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as chosen</source>
   <translation>wie gewählt</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as the file says</source>
   <translation>wie in der Datei angegeben</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>by their order</source>
   <translation>der Reihe nach</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as the layer shows them</source>
   <translation>wie im Layer dargestellt</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>band {}</source>
   <translation>Kanal {}</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>{} (automatic)</source>
   <translation>{} (automatisch)</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>band {} is {} by the file, and is read as {}</source>
   <translation>Kanal {} ist laut Datei {} und wird als {} gelesen</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>It works on pixels of {:g} m, in windows of {} × {} pixels. Any of the inputs may be missing.</source>
   <translation>Es arbeitet mit Pixeln von {:g} m, in Fenstern von {} × {} Pixeln. Jede der Eingaben darf fehlen.</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Input</source>
   <translation>Eingabe</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Raster in</source>
   <translation>Raster in</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Band</source>
   <translation>Kanal</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Unit</source>
   <translation>Einheit</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Valid values</source>
   <translation>Gültige Werte</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Mean</source>
   <translation>Mittel</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Deviation</source>
   <translation>Abweichung</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Training data</source>
   <translation>Trainingsdaten</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Made</source>
   <translation>Erstellt</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Path</source>
   <translation>Pfad</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Size</source>
   <translation>Größe</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Parameters</source>
   <translation>Parameter</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>What it takes</source>
   <translation>Was es nimmt</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>What it gives</source>
   <translation>Was es liefert</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>How good it is</source>
   <translation>Wie gut es ist</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Where it comes from</source>
   <translation>Woher es stammt</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>File</source>
   <translation>Datei</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Value</source>
   <translation>Wert</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Colour</source>
   <translation>Farbe</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>The card states no scores.</source>
   <translation>Der Steckbrief nennt keine Kennzahlen.</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Available</source>
   <translation>Vorhanden</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>IoU of the class</source>
   <translation>IoU der Klasse</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>{:,} bytes</source>
   <translation>{:,} Byte</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Before you trust its maps:</source>
   <translation>Bevor man seinen Karten vertraut:</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>{}, 0 to 1</source>
   <translation>{}, 0 bis 1</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Takes</source>
   <translation>Nimmt</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Works at</source>
   <translation>Arbeitet mit</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Optical</source>
   <translation>Optisch</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Elevation</source>
   <translation>Höhe</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>SAR</source>
   <translation>SAR</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Spectral</source>
   <translation>Spektral</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Other</source>
   <translation>Sonstige</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>optical</source>
   <translation>optisch</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>elevation</source>
   <translation>Höhe</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>spectral</source>
   <translation>spektral</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>other</source>
   <translation>sonstige</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Optical raster</source>
   <translation>Optisches Raster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Elevation raster</source>
   <translation>Höhenraster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>SAR raster</source>
   <translation>SAR-Raster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Spectral raster</source>
   <translation>Spektralraster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Other raster</source>
   <translation>Sonstiges Raster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>{:g} m a pixel</source>
   <translation>{:g} m je Pixel</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>The model has no use for a raster in {}.</source>
   <translation>Mit einem Raster in „{}“ kann das Modell nichts anfangen.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Give at least one of these.</source>
   <translation>Mindestens eines davon angeben.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Leave everything else empty.</source>
   <translation>Alles andere leer lassen.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>and/or</source>
   <translation>und/oder</translation>
  </message>
  <message>
   <location filename="../words/creation_options.py"></location>
   <source>Write NAME=VALUE, several with | between: COMPRESS=ZSTD|ZSTD_LEVEL=9.</source>
   <translation>NAME=WERT schreiben, mehrere mit | dazwischen: COMPRESS=ZSTD|ZSTD_LEVEL=9.</translation>
  </message>
  <message>
   <location filename="../words/creation_options.py"></location>
   <source>'{}' is no creation option.</source>
   <translation>„{}“ ist keine Erzeugungsoption.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=any, NAME=all, NAME=none or the values, for example optical=all ndsm=-9999,0; several with a space between.</source>
   <translation>NAME=any, NAME=all, NAME=none oder die Werte schreiben, zum Beispiel optical=all ndsm=-9999,0; mehrere durch ein Leerzeichen getrennt.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=auto, NAME=none or a band's number, for example optical=4; several with a space between.</source>
   <translation>NAME=auto, NAME=none oder die Nummer eines Kanals schreiben, zum Beispiel optical=4; mehrere durch ein Leerzeichen getrennt.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say when a pixel has no data.</source>
   <translation>„{}“ besagt nicht, wann ein Pixel keine Daten hat.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say what the mask is.</source>
   <translation>„{}“ besagt nicht, was die Maske ist.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=a,b for value = a * stored + b, for example ndsm=0.1,0; several with a space between.</source>
   <translation>NAME=a,b schreiben für Wert = a * gespeichert + b, zum Beispiel ndsm=0.1,0; mehrere durch ein Leerzeichen getrennt.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write VALUE=NAME, separated by semicolons: 1=building;2=tree.</source>
   <translation>WERT=NAME schreiben, durch Semikolon getrennt: 1=building;2=tree.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say which input it is about.</source>
   <translation>„{}“ besagt nicht, um welche Eingabe es geht.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write {}=….</source>
   <translation>{}=… schreiben.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' is about '{}', which is no input.</source>
   <translation>„{}“ handelt von „{}“; das ist keine Eingabe.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Inputs are: {}.</source>
   <translation>Eingaben sind: {}.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' is no scale.</source>
   <translation>„{}“ ist keine Skalierung.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say what a value of the reference means.</source>
   <translation>„{}“ besagt nicht, was ein Wert der Referenz bedeutet.</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Comparing</source>
   <translation>Vergleichen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Drawing</source>
   <translation>Zeichnen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Finishing</source>
   <translation>Abschließen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Reading</source>
   <translation>Lesen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Segmenting</source>
   <translation>Segmentieren</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Subtracting</source>
   <translation>Subtrahieren</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Testing</source>
   <translation>Prüfen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Training</source>
   <translation>Training</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Writing</source>
   <translation>Schreiben</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>16-bit numbers (bfloat16) where they do no harm</source>
   <translation>16-Bit-Zahlen (bfloat16), wo sie nicht schaden</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>32-bit numbers</source>
   <translation>32-Bit-Zahlen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>codes</source>
   <translation>Codes</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Codes</source>
   <translation>Codes</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>map</source>
   <translation>Karte</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>mask</source>
   <translation>Maske</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>names</source>
   <translation>Namen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Names</source>
   <translation>Namen</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>overviews</source>
   <translation>Übersichten</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>point that lies in it</source>
   <translation>Punkts, der in ihm liegt</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>polygon that its centre lies in</source>
   <translation>Polygons, in dem seine Mitte liegt</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>reference</source>
   <translation>Referenz</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>test</source>
   <translation>Test</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>the compared pixels</source>
   <translation>den verglichenen Pixeln</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>the map</source>
   <translation>der Karte</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>training</source>
   <translation>Training</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>validation</source>
   <translation>Validierung</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>Encoders that know photographs (ImageNet), and nothing of your ground and classes yet. Meant for few labels; such a model takes half as long again or more.</source>
   <translation>Encoder, die Fotos kennen (ImageNet), und noch nichts von der eigenen Gegend und den eigenen Klassen. Für wenige Trainingsdaten gedacht; ein solches Modell braucht anderthalbmal so lange oder länger.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>They are not seen in the Python that runs the models: it needs the package {}.</source>
   <translation>In dem Python, das die Modelle ausführt, sind sie nicht zu sehen: Es braucht das Paket {}.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>Pretrained encoders for {}, and nothing of your classes yet.</source>
   <translation>Vortrainierte Encoder für {}, und noch nichts von den eigenen Klassen.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>{} ({} bands)</source>
   <translation>{} ({} Kanäle)</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The machine may be short of memory: try fewer windows at a time, or the device 'cpu'.</source>
   <translation>Dem Rechner fehlt es vielleicht an Arbeitsspeicher: weniger Fenster je Durchgang versuchen oder das Gerät „cpu“.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Choose another Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON.</source>
   <translation>Unter Einstellungen &gt; Optionen &gt; DIS2 oder in DIS2_PYTHON ein anderes Python wählen.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker talks too much: what it says from here on is not shown.</source>
   <translation>Der Arbeitsprozess redet zu viel: Was er von hier an sagt, wird nicht angezeigt.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker ended without a result (exit code {}).</source>
   <translation>Der Arbeitsprozess endete ohne Ergebnis (Rückgabewert {}).</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Its last words:</source>
   <translation>Seine letzten Worte:</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Install the DIS2 plugin again and restart QGIS.</source>
   <translation>Die Erweiterung DIS2 noch einmal installieren und QGIS neu starten.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Cancelled. Nothing was written.</source>
   <translation>Abgebrochen. Es wurde nichts geschrieben.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker crashed (signal {}).</source>
   <translation>Der Arbeitsprozess ist abgestürzt (Signal {}).</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Is '{}' a Python 3.10 or newer?</source>
   <translation>Ist „{}“ ein Python 3.10 oder neuer?</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker has not answered for {:g} seconds and was stopped.</source>
   <translation>Der Arbeitsprozess hat seit {:g} Sekunden nicht geantwortet und wurde angehalten.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Worker {}: {}</source>
   <translation>Arbeitsprozess {}: {}</translation>
  </message>
 </context>
</TS>
