<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
 <context>
  <name>DIS2</name>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>Check that the file exists and is a raster that QGIS opens.</source>
   <translation>Vérifiez que le fichier existe et que c'est un raster que QGIS sait ouvrir.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>Leave it empty.</source>
   <translation>Laissez-le vide.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>{} exists and is replaced when the run has ended well.</source>
   <translation>{} existe et sera remplacé si le traitement réussit.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>The raster '{}' ({}) cannot be read.</source>
   <translation>Le raster « {} » ({}) ne peut pas être lu.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py"></location>
   <source>'{}' is 0, which makes all values one.</source>
   <translation>« {} » vaut 0, ce qui rend toutes les valeurs égales.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Make a demonstration city</source>
   <translation>Créer une ville de démonstration</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Draws a small city that does not exist: photo, heights, terrain and true classes to try DIS2 with.</source>
   <translation>Dessine une petite ville qui n'existe pas : photo, hauteurs, terrain et classes réelles pour essayer DIS2.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Aerial photo</source>
   <translation>Photo aérienne</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Labelled polygons</source>
   <translation>Polygones étiquetés</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>True classes</source>
   <translation>Classes réelles</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Height above ground (nDSM)</source>
   <translation>Hauteur au-dessus du sol (MNH)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Surface model (DSM)</source>
   <translation>Modèle numérique de surface (MNS)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Terrain model (DTM)</source>
   <translation>Modèle numérique de terrain (MNT)</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>demo,demonstration,example,sample,test,data,synthetic,generated,city,scene,tutorial,machine learning,first steps,getting started,sample data,dis2</source>
   <translation>démo,démonstration,exemple,échantillon,test,données,synthétique,ville,scène,tutoriel,demo,example,sample,data,synthetic,city,apprentissage automatique,premiers pas,débuter,données d’exemple,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Height and width; a pixel has 0.2 m. 1024 pixels take a few seconds.</source>
   <translation>Hauteur et largeur ; un pixel mesure 0,2 m. 1024 pixels prennent quelques secondes.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Which city: the same number gives the same one.</source>
   <translation>Quelle ville dessiner : le même nombre donne la même ville.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Whether the files are shown on the map when they are done.</source>
   <translation>Indique si les fichiers sont affichés sur la carte une fois créés.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Where the files go. Files of an earlier city are replaced, others stay.</source>
   <translation>Où sont écrits les fichiers. Ceux d'une ville précédente sont remplacés, les autres restent.</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Size in pixels</source>
   <translation>Taille en pixels</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Seed</source>
   <translation>Graine</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Add the layers to the project</source>
   <translation>Ajouter les couches au projet</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>Folder</source>
   <translation>Dossier</translation>
  </message>
  <message>
   <location filename="../algorithms/democity.py"></location>
   <source>DIS2: city {}</source>
   <translation>DIS2 : ville {}</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Evaluate a class map</source>
   <translation>Évaluer une carte de classes</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Compares a map with true classes: confusion matrix, accuracy, F1 and IoU by class, and a report.</source>
   <translation>Compare une carte aux classes réelles : matrice de confusion, exactitude, F1 et IoU par classe, et un rapport.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Overall accuracy</source>
   <translation>Exactitude globale</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Mean IoU</source>
   <translation>IoU moyen</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Mean F1</source>
   <translation>F1 moyen</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Kappa</source>
   <translation>Kappa</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Pixels compared</source>
   <translation>Pixels comparés</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Area compared in m²</source>
   <translation>Surface comparée en m²</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Pixels without a true class</source>
   <translation>Pixels sans classe réelle</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>{}: user's accuracy {}, producer's accuracy {}, {} of the ground</source>
   <translation>{} : exactitude de l'utilisateur {}, du producteur {}, {} du terrain</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>accuracy,assessment,evaluation,validation,confusion,matrix,error,kappa,iou,miou,f1,precision,recall,user's accuracy,producer's accuracy,ground truth,reference,classification,machine learning,accuracy assessment,test,dis2</source>
   <translation>exactitude,précision,rappel,évaluation,validation,confusion,matrice,erreur,kappa,iou,miou,f1,vérité terrain,référence,classification,accuracy,assessment,confusion matrix,precision,recall,ground truth,apprentissage automatique,évaluation de la précision,test,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>The raster of class codes that is to be judged. Names and colours are those of its style.</source>
   <translation>Le raster de codes de classe à évaluer. Les noms et les couleurs sont ceux de son style.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Compare this part alone. Empty: wherever map and reference are.</source>
   <translation>Limiter la comparaison à cette partie. Vide : partout où se trouvent la carte et la référence.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>{}: IoU {:.3f}, {:,} reference pixels</source>
   <translation>{} : IoU {:.3f}, {:,} pixels de référence</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Class map</source>
   <translation>Carte de classes</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Report</source>
   <translation>Rapport</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Scores, charts and what was compared, on one page.</source>
   <translation>Scores, graphiques et ce qui a été comparé, sur une seule page.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Confusion matrix</source>
   <translation>Matrice de confusion</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>A row a true class, a column a class of the map.</source>
   <translation>Une ligne par classe réelle, une colonne par classe de la carte.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Scores by class</source>
   <translation>Scores par classe</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Precision, recall, F1, IoU and areas.</source>
   <translation>Précision, rappel, F1, IoU et surfaces.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>No reference was given.</source>
   <translation>Aucune référence n'a été fournie.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py"></location>
   <source>Give a raster of true classes, or polygons with a class field.</source>
   <translation>Fournissez un raster de classes réelles, ou des polygones avec un champ de classe.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>A raster of true classes, of any CRS and resolution. A style with a palette gives the classes their names; codes that are not in it count as not labelled.</source>
   <translation>Un raster de classes réelles, de SCR et de résolution quelconques. Un style à palette donne leurs noms aux classes ; les codes qui n'y figurent pas comptent comme non étiquetés.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Polygons whose class is known, instead of a raster: what lies outside of them counts as not labelled. Or points of a random sample ('Draw sample points'), which stand for the whole map.</source>
   <translation>Des polygones dont la classe est connue, au lieu d'un raster : ce qui est en dehors compte comme non étiqueté. Ou les points d'un échantillon aléatoire (« Tirer des points d'échantillonnage »), qui valent pour toute la carte.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Meaning of the reference's values</source>
   <translation>Signification des valeurs de la référence</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Where reference and map use different words: VALUE=NAME, separated by semicolons, in the map's words. For example 1=building;2=tree. Values that are not named count as not labelled. Empty: by the style.</source>
   <translation>Quand la référence et la carte n'utilisent pas les mêmes mots : VALEUR=NOM, séparés par des points-virgules, avec les mots de la carte. Par exemple 1=building;2=tree. Les valeurs qui ne sont pas nommées comptent comme non étiquetées. Vide : d'après le style.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Reference raster</source>
   <translation>Raster de référence</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>… or reference polygons or points</source>
   <translation>… ou polygones ou points de référence</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>The reference is given as a raster and as polygons.</source>
   <translation>La référence est fournie à la fois comme raster et comme polygones.</translation>
  </message>
  <message>
   <location filename="../algorithms/ground_truth.py"></location>
   <source>Give one of the two, not both.</source>
   <translation>Fournissez l'un des deux, pas les deux.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Make a layer for labels</source>
   <translation>Créer une couche d'étiquettes</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Makes an empty polygon layer whose form offers your classes, to draw what a model is to learn from.</source>
   <translation>Crée une couche de polygones vide dont le formulaire propose vos classes, pour dessiner ce qu'un modèle doit apprendre.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>label,labels,labelling,annotate,annotation,digitize,draw,training areas,training data,ground truth,samples,classes,polygons,regions of interest,roi,form,geopackage,dis2</source>
   <translation>étiquette,étiquettes,étiquetage,annoter,annotation,numériser,dessiner,zones d'entraînement,données d'entraînement,vérité terrain,échantillons,classes,polygones,régions d'intérêt,roi,formulaire,geopackage,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The layer gets its CRS.</source>
   <translation>La couche reçoit son SCR.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Names, separated by semicolons: building; tree; grass; water. Those that say what they are get a colour that fits, in English, French and German.</source>
   <translation>Des noms séparés par des points-virgules : bâtiment; arbre; herbe; eau. Les noms parlants reçoivent une couleur qui convient, en anglais, en français et en allemand.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>What 'Train a model' is told as the field with the class.</source>
   <translation>Ce qui est indiqué à « Entraîner un modèle » comme champ de la classe.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>A GeoPackage. One that is there is never replaced: it may hold your work.</source>
   <translation>Un GeoPackage. Celui qui existe déjà n'est jamais remplacé : il contient peut-être votre travail.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give names, separated by semicolons: building; tree; grass; water.</source>
   <translation>Donnez des noms séparés par des points-virgules : bâtiment; arbre; herbe; eau.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give each class once.</source>
   <translation>Donnez chaque classe une seule fois.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Raster that you will label</source>
   <translation>Raster à étiqueter</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Classes</source>
   <translation>Classes</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Field with the class</source>
   <translation>Champ de la classe</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Labels</source>
   <translation>Étiquettes</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Give another name: class.</source>
   <translation>Donnez un autre nom : class.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>Set the one that it has in its properties.</source>
   <translation>Définissez celui qui est le sien dans ses propriétés.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>{} classes were given; a model knows 2 to {}.</source>
   <translation>{} classes ont été données ; un modèle en connaît 2 à {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The class '{}' was given twice.</source>
   <translation>La classe « {} » a été donnée deux fois.</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>A field cannot be called '{}'.</source>
   <translation>Un champ ne peut pas s'appeler « {} ».</translation>
  </message>
  <message>
   <location filename="../algorithms/labellayer.py"></location>
   <source>The layer '{}' has no CRS.</source>
   <translation>La couche « {} » n'a pas de SCR.</translation>
  </message>
  <message>
   <location filename="../algorithms/labels.py"></location>
   <source>Give a layer of polygons that QGIS opens.</source>
   <translation>Fournissez une couche de polygones que QGIS sait ouvrir.</translation>
  </message>
  <message>
   <location filename="../algorithms/labels.py"></location>
   <source>The polygons '{}' cannot be read.</source>
   <translation>Les polygones « {} » ne peuvent pas être lus.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>About a model</source>
   <translation>À propos d'un modèle</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Makes a page of what a model takes and gives, how good it is, its licence and origin.</source>
   <translation>Crée une page sur ce qu'un modèle accepte et produit, sa qualité, sa licence et son origine.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>model,card,model card,info,information,licence,license,classes,scores,accuracy,checksum,machine learning,deep learning,metadata,description,dis2</source>
   <translation>modèle,fiche,fiche du modèle,informations,licence,classes,scores,exactitude,somme de contrôle,model,card,model card,info,license,accuracy,checksum,apprentissage automatique,apprentissage profond,métadonnées,description,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Page</source>
   <translation>Page</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>The page: one HTML file that needs no others.</source>
   <translation>La page : un seul fichier HTML qui n'a besoin d'aucun autre.</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Name</source>
   <translation>Nom</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Version</source>
   <translation>Version</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Inputs</source>
   <translation>Entrées</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Licence</source>
   <translation>Licence</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>SHA-256 of the file</source>
   <translation>SHA-256 du fichier</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>HTML files (*.html)</source>
   <translation>Fichiers HTML (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/modelinfo.py"></location>
   <source>Pixel size in metres</source>
   <translation>Taille du pixel en mètres</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Subtracts a terrain model from a surface model, aligned on the fly; tells of holes and doubts.</source>
   <translation>Soustrait un modèle de terrain d'un modèle de surface, alignés à la volée ; signale les trous et les doutes.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Metres above the same zero as the other one. Any CRS, resolution and extent.</source>
   <translation>En mètres, depuis le même zéro que l'autre. SCR, résolution et emprise quelconques.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Whose CRS and pixels the result has: 'dsm', those of the surface model, or 'dtm', of the terrain.</source>
   <translation>Le raster dont le résultat reprend le SCR et les pixels : « dsm », le modèle de surface, ou « dtm », le modèle de terrain.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>How the GeoTIFF is compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.</source>
   <translation>La compression du GeoTIFF, par exemple COMPRESS=ZSTD|ZSTD_LEVEL=9. Vide : choix automatique.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>ndsm,dsm,dtm,dem,chm,height,heights,above ground,elevation,normalized,surface model,terrain model,canopy,buildings,subtract,difference,lidar,ndsm from dsm,dsm to ndsm,dsm minus dtm,lidar height,tree height,building height,vegetation height,dhm,dis2</source>
   <translation>mnh,mns,mnt,mne,hauteur,hauteurs,au-dessus du sol,élévation,normalisé,modèle de surface,modèle de terrain,canopée,bâtiments,soustraire,différence,lidar,ndsm,dsm,dtm,dem,chm,height,elevation,canopy,mnh à partir du mns,mns moins mnt,hauteur des arbres,hauteur des bâtiments,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Compute this part alone. Empty: where both rasters are.</source>
   <translation>Limiter le calcul à cette partie. Vide : là où se trouvent les deux rasters.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Output pixels</source>
   <translation>Pixels de sortie</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights below it are set to it, in metres. Empty: negative heights stay.</source>
   <translation>Les hauteurs inférieures y sont ramenées, en mètres. Vide : les hauteurs négatives restent.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights above it, as of birds and clouds, are set to it, in metres. Empty: they stay.</source>
   <translation>Les hauteurs supérieures, comme celles d'oiseaux et de nuages, y sont ramenées, en mètres. Vide : elles restent.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Creation options of the raster</source>
   <translation>Options de création du raster</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Metres above ground; no data where either raster has none.</source>
   <translation>Mètres au-dessus du sol ; aucune donnée là où l'un des deux rasters n'en a pas.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Pixels without a height</source>
   <translation>Pixels sans hauteur</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Their share in percent</source>
   <translation>Leur part en pourcentage</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Their area in m²</source>
   <translation>Leur surface en m²</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Share of heights below ground in percent</source>
   <translation>Part des hauteurs sous le sol en pourcentage</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Median height in metres</source>
   <translation>Hauteur médiane en mètres</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Seconds taken</source>
   <translation>Durée en secondes</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights of what is seen from above: roofs, tree tops.</source>
   <translation>Hauteurs de ce que l'on voit d'en haut : toits, cimes des arbres.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Heights of the bare ground.</source>
   <translation>Hauteurs du sol nu.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Which band of the raster holds the heights. Empty: the first one.</source>
   <translation>La bande du raster qui contient les hauteurs. Vide : la première.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Lowest height</source>
   <translation>Hauteur la plus basse</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Highest height</source>
   <translation>Hauteur la plus élevée</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Height above ground</source>
   <translation>Hauteur au-dessus du sol</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>Both are needed.</source>
   <translation>Les deux sont nécessaires.</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>{}: band</source>
   <translation>{} : bande</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>DIS2: {}</source>
   <translation>DIS2 : {}</translation>
  </message>
  <message>
   <location filename="../algorithms/ndsm.py"></location>
   <source>No raster was given for '{}'.</source>
   <translation>Aucun raster n'a été fourni pour « {} ».</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>A model that comes with the plugin or lies in the folder of yours, by its name, or the path of a model file.</source>
   <translation>Un modèle fourni avec l'extension ou placé dans le dossier de vos modèles, par son nom, ou le chemin d'un fichier de modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>When the no-data value makes a pixel void: NAME=any (where a band has it), NAME=all (where all bands have it) or NAME=none. Values instead of these words mean no data, instead of those of file and layer. For example {}. Empty: what is set on the layer, in any band.</source>
   <translation>Quand la valeur sans données rend un pixel vide : NAME=any (là où une bande l'a), NAME=all (là où toutes les bandes l'ont) ou NAME=none. Des valeurs à la place de ces mots signifient l'absence de données, au lieu de celles du fichier et de la couche. Par exemple {}. Vide : ce qui est réglé sur la couche, dans n'importe quelle bande.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>What else makes a pixel void: NAME=auto (masks and alpha bands of the file), NAME=none, or the number of a band that is 0 where there is no data. For example {}. Empty: the opacity band of the layer.</source>
   <translation>Ce qui rend encore un pixel vide : NAME=auto (masques et bandes alpha du fichier), NAME=none, ou le numéro d'une bande qui vaut 0 là où il n'y a pas de données. Par exemple {}. Vide : la bande d'opacité de la couche.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>'auto' takes the graphics card where there is a usable one, and says what it took.</source>
   <translation>« auto » prend la carte graphique s'il y en a une d'utilisable, et indique ce qui a été pris.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Model</source>
   <translation>Modèle</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Aerial or satellite image.</source>
   <translation>Image aérienne ou satellite.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Radar image.</source>
   <translation>Image radar.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Multispectral or hyperspectral image.</source>
   <translation>Image multispectrale ou hyperspectrale.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>No data</source>
   <translation>Sans données</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>The field of the polygons that holds the class, as a number or a word.</source>
   <translation>Le champ des polygones qui contient la classe, sous forme de nombre ou de mot.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Device</source>
   <translation>Périphérique</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: factor</source>
   <translation>{} : facteur</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Stored numbers are multiplied by it: 0.1 where heights are in decimetres.</source>
   <translation>Les nombres enregistrés sont multipliés par lui : 0.1 si les hauteurs sont en décimètres.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: offset</source>
   <translation>{} : décalage</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Added after the factor, in the unit that the model takes.</source>
   <translation>Ajouté après le facteur, dans l’unité que prend le modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Mask</source>
   <translation>Masque</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Extent</source>
   <translation>Emprise</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>{}: bands</source>
   <translation>{} : bandes</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py"></location>
   <source>Empty: what the file says.</source>
   <translation>Vide : ce que dit le fichier.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Factors and offsets of several rasters in one line, as scripts write them: NAME=a,b means value = a * stored + b. For example ndsm=0.1,0. Empty: the fields of each raster.</source>
   <translation>Facteurs et décalages de plusieurs rasters en une ligne, comme les écrivent les scripts : NAME=a,b signifie valeur = a * nombre enregistré + b. Par exemple ndsm=0.1,0. Vide : les champs de chaque raster.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Pixel size of the results: 'model', that of the model, or 'finest', that of the finest raster.</source>
   <translation>Taille du pixel des résultats : « model », celle du modèle, ou « finest », celle du raster le plus fin.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Gives the results the CRS, pixels and extent of this raster, instead of both choices above.</source>
   <translation>Donne aux résultats le SCR, les pixels et l'emprise de ce raster, au lieu des deux choix ci-dessus.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Part of a window that its neighbour sees too. More is smoother and slower. Empty: what suits the model.</source>
   <translation>Part d'une fenêtre que sa voisine voit aussi. Plus elle est grande, plus le résultat est lisse et le calcul lent. Vide : ce qui convient au modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>The mean over the eight ways to see a square, in eight times the time.</source>
   <translation>La moyenne sur les huit façons de voir un carré, en huit fois plus de temps.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Empty: chosen for the device. Lower it if memory runs out.</source>
   <translation>Vide : choisi selon le périphérique. À réduire si la mémoire vient à manquer.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Where the class that won is less probable than this, the map says 254, 'uncertain'. 0: nowhere.</source>
   <translation>Là où la classe retenue est moins probable que cela, la carte vaut 254, « incertain ». 0 : nulle part.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>How the GeoTIFFs are compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.</source>
   <translation>La compression des GeoTIFF, par exemple COMPRESS=ZSTD|ZSTD_LEVEL=9. Vide : choix automatique.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Scale of values</source>
   <translation>Échelle des valeurs</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Segment this part alone. Empty: all that the rasters cover.</source>
   <translation>Limiter la segmentation à cette partie. Vide : tout ce que couvrent les rasters.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Output pixel size in metres</source>
   <translation>Taille du pixel de sortie en mètres</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Instead of the choice above. Empty: that choice.</source>
   <translation>Au lieu du choix ci-dessus. Vide : ce choix.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Output grid like raster</source>
   <translation>Grille de sortie identique au raster</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Overlap of windows</source>
   <translation>Recouvrement des fenêtres</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Also see windows turned and mirrored</source>
   <translation>Voir aussi les fenêtres tournées et en miroir</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Windows at a time</source>
   <translation>Fenêtres à la fois</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Minimum confidence in percent</source>
   <translation>Confiance minimale en pourcentage</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Creation options of the rasters</source>
   <translation>Options de création des rasters</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>{}: {} ({}, {})</source>
   <translation>{} : {} ({}, {})</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Heights, as a rule above ground (nDSM), in metres.</source>
   <translation>Des hauteurs, en général au-dessus du sol (MNH), en mètres.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Whatever else the model knows.</source>
   <translation>Tout autre raster que connaît le modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Leave it empty where you have none. Any CRS, resolution and extent.</source>
   <translation>À laisser vide si vous n'en avez pas. SCR, résolution et emprise quelconques.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Which bands of the raster the model gets, in the model's order. Empty: what the file says they are, else the first ones.</source>
   <translation>Quelles bandes du raster le modèle reçoit, dans l’ordre du modèle. Vide : ce que le fichier en dit, sinon les premières.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>The scale of {} is given twice.</source>
   <translation>L’échelle de {} est donnée deux fois.</translation>
  </message>
  <message>
   <location filename="../algorithms/prediction.py"></location>
   <source>Leave '{}' empty.</source>
   <translation>Laissez « {} » vide.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Write into the field '{}' of each point what is there, without looking at the map; then run '{}'.</source>
   <translation>Écrivez dans le champ « {} » de chaque point ce qui s'y trouve, sans regarder la carte ; lancez ensuite « {} ».</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Draw sample points</source>
   <translation>Tirer des points d'échantillonnage</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Draws points of a class map, at which you look what is there, to tell how accurate the map is.</source>
   <translation>Tire des points d'une carte de classes, où vous regardez ce qui s'y trouve, pour dire quelle est l'exactitude de la carte.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>'stratified' by the classes of the map, so that rare ones get enough points, or 'random' over all.</source>
   <translation>« stratified » par les classes de la carte, pour que les rares aient assez de points, ou « random » sur l'ensemble.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>How well the overall accuracy is to be known: 0.02 means about ± 4 % at 95 % confidence.</source>
   <translation>Précision avec laquelle l'exactitude globale doit être connue : 0.02 signifie environ ± 4 % à 95 % de confiance.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>How points are shared among the classes: by size, or equally.</source>
   <translation>Comment les points sont répartis entre les classes : selon la taille ou à parts égales.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>{}: {:.1%} of the map, {} points</source>
   <translation>{} : {:.1%} de la carte, {} points</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>sample,sampling,random,stratified,points,accuracy assessment,validation,area estimation,cochran,olofsson,reference,interpretation,response design,ground truth,confidence interval,dis2</source>
   <translation>échantillon,échantillonnage,aléatoire,stratifié,points,évaluation de l'exactitude,validation,estimation de surface,cochran,olofsson,référence,interprétation,plan de réponse,vérité terrain,intervalle de confiance,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>The map that is to be judged. Names and colours of the classes are those of its style.</source>
   <translation>La carte à juger. Les noms et les couleurs des classes sont ceux de son style.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Design</source>
   <translation>Plan d'échantillonnage</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Standard error of the accuracy</source>
   <translation>Erreur type de l'exactitude</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Points in every class at least</source>
   <translation>Points par classe au minimum</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Of a stratified sample. Accuracies of rare classes need 50 to 100.</source>
   <translation>D'un échantillon stratifié. L'exactitude des classes rares en demande 50 à 100.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Number of points</source>
   <translation>Nombre de points</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Empty: as many as the standard error asks for.</source>
   <translation>Vide : autant qu'en demande l'erreur type.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Expected accuracy</source>
   <translation>Exactitude attendue</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>What you think the map's accuracy is; the number of points depends on it.</source>
   <translation>L'exactitude que vous supposez à la carte ; le nombre de points en dépend.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Allocation</source>
   <translation>Répartition</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>The same seed draws the same points.</source>
   <translation>La même graine tire les mêmes points.</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Sample points</source>
   <translation>Points d'échantillonnage</translation>
  </message>
  <message>
   <location filename="../algorithms/samplepoints.py"></location>
   <source>Points drawn</source>
   <translation>Points tirés</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Segment with missing modalities</source>
   <translation>Segmenter avec des modalités manquantes</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Classifies every pixel from the rasters that you have: photo, heights, or both.</source>
   <translation>Classifie chaque pixel à partir des rasters dont vous disposez : photo, hauteurs, ou les deux.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>segmentation,semantic,classification,land cover,land use,deep learning,neural network,ai,multimodal,modality,missing,optical,ortho,aerial,satellite,elevation,ndsm,height,lidar,sar,radar,machine learning,segment,semantic segmentation,flood,water,buildings,vegetation,classify,map,inference,predict,prediction,pixel,raster,sentinel,sentinel-1,sentinel-2,orthophoto,drone,uav,dsm,dis2</source>
   <translation>segmentation,sémantique,classification,occupation du sol,utilisation du sol,apprentissage profond,réseau de neurones,ia,multimodal,modalité,manquante,optique,ortho,aérienne,satellite,élévation,mnh,hauteur,lidar,sar,radar,land cover,deep learning,ai,missing,modality,ndsm,apprentissage automatique,segmenter,segmentation sémantique,inondation,crue,eau,bâtiments,végétation,classer,classifier,carte,inférence,prédire,prédiction,pixel,raster,orthophoto,drone,mns,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>The map: a class per pixel, 255 where there is no data.</source>
   <translation>La carte : une classe par pixel, 255 là où il n'y a pas de données.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Models that come with the plugin</source>
   <translation>Modèles fournis avec l'extension</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Confidence</source>
   <translation>Confiance</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probability of the class that won, in percent.</source>
   <translation>Probabilité de la classe retenue, en pourcentage.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Familiarity</source>
   <translation>Familiarité</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>How much the ground looks like that which the model was trained on, 0 to 100.</source>
   <translation>À quel point le terrain ressemble à celui sur lequel le modèle a été entraîné, de 0 à 100.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probabilities</source>
   <translation>Probabilités</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Probability of every class, a band each.</source>
   <translation>Probabilité de chaque classe, une bande par classe.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Scenario</source>
   <translation>Scénario</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Which of the rasters each pixel was classified from.</source>
   <translation>Les rasters à partir desquels chaque pixel a été classé.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Modalities used</source>
   <translation>Modalités utilisées</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Device used</source>
   <translation>Périphérique utilisé</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>Classified area in m²</source>
   <translation>Surface classée en m²</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>{:,} pixels</source>
   <translation>{:,} pixels</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>None: choose a model file.</source>
   <translation>Aucun : choisissez un fichier de modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py"></location>
   <source>{}: {}</source>
   <translation>{} : {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Set up the runtime</source>
   <translation>Installer l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Installs, checks, repairs or removes the Python that runs the models; QGIS's own is left alone.</source>
   <translation>Installe, vérifie, répare ou supprime le Python qui exécute les modèles ; celui de QGIS n'est pas modifié.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'create' makes the runtime, anew if there is one; 'check' tries it out; 'repair' makes it anew as it was asked for the last time; 'remove' deletes it.</source>
   <translation>« create » crée l'environnement d'exécution, ou le refait s'il existe ; « check » l'essaie ; « repair » le refait tel qu'il a été demandé la dernière fois ; « remove » le supprime.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'auto' takes the CUDA build of torch where there is an NVIDIA card with a driver that is new enough, else that for the CPU, which is much smaller.</source>
   <translation>« auto » prend la version CUDA de torch s'il y a une carte NVIDIA avec un pilote assez récent, sinon celle pour le processeur, qui est bien plus petite.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A Python 3.10 or newer that has torch, rasterio, pyproj and safetensors, such as that of a virtual environment: it is tried out and, with 'create', used from then on. Reports need matplotlib and jinja2 as well. Nothing is installed.</source>
   <translation>Un Python 3.10 ou plus récent qui dispose de torch, rasterio, pyproj et safetensors, comme celui d'un environnement virtuel : il est essayé et, avec « create », utilisé désormais. Les rapports ont aussi besoin de matplotlib et jinja2. Rien n'est installé.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The address of a mirror, as pip takes it as --index-url; several are separated by blanks. Empty: PyPI and PyTorch's own index for torch. The settings of pip are not read.</source>
   <translation>L'adresse d'un miroir, telle que pip l'accepte pour --index-url ; plusieurs sont séparées par des espaces. Vide : PyPI et, pour torch, l'index propre à PyTorch. Les réglages de pip ne sont pas lus.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A folder with .whl files, such as on a stick. What it has is taken from there.</source>
   <translation>Un dossier de fichiers .whl, par exemple sur une clé USB. Ce qu'il contient y est pris.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>No internet at all: uv, torch and all packages come from the folder; the machine's own Python.</source>
   <translation>Aucun accès à internet : uv, torch et tous les paquets viennent du dossier ; Python est celui de la machine.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Otherwise, and where that fails, a Python 3.10 to 3.13 of this machine is the base of the runtime.</source>
   <translation>Sinon, et en cas d'échec, un Python 3.10 à 3.13 de cette machine sert de base à l'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Where the runtime lies, remembered. Empty: where it was, or DIS2_RUNTIME, or your data folder.</source>
   <translation>L'emplacement de l'environnement d'exécution, mémorisé. Vide : là où il était, ou DIS2_RUNTIME, ou votre dossier de données.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>install,setup,set-up,runtime,environment,python,torch,pytorch,cuda,gpu,dependencies,repair,diagnosis,machine learning,deep learning,ai,download,offline,proxy,installer,dis2</source>
   <translation>installer,installation,environnement,exécution,python,torch,pytorch,cuda,gpu,dépendances,réparer,diagnostic,install,setup,set-up,runtime,environment,dependencies,repair,apprentissage automatique,apprentissage profond,ia,télécharger,hors ligne,proxy,installer,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Diagnosis</source>
   <translation>Diagnostic</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>A report to paste into an issue: versions, driver, disk, the last lines of the log.</source>
   <translation>Un rapport à coller dans un ticket : versions, pilote, disque, dernières lignes du journal.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Python of the runtime</source>
   <translation>Python de l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Text of the diagnosis</source>
   <translation>Texte du diagnostic</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Action</source>
   <translation>Action</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Existing Python to use instead</source>
   <translation>Python existant à utiliser à la place</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Package index</source>
   <translation>Index de paquets</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Folder of wheels</source>
   <translation>Dossier de paquets wheel</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Use the folder of wheels alone</source>
   <translation>N'utiliser que le dossier de paquets wheel</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Download a Python</source>
   <translation>Télécharger un Python</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Folder of the runtime</source>
   <translation>Dossier de l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run; reports with charts need as well: {}</source>
   <translation>Les modèles s'exécutent ; les rapports avec graphiques ont aussi besoin de : {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Text files (*.txt);;HTML files (*.html)</source>
   <translation>Fichiers texte (*.txt);;Fichiers HTML (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>All files (*)</source>
   <translation>Tous les fichiers (*)</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The runtime is removed.</source>
   <translation>L'environnement d'exécution est supprimé.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>There was no runtime.</source>
   <translation>Il n'y avait pas d'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Trying out '{}'</source>
   <translation>Essai de « {} »</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>Python {}, torch {}: {}</source>
   <translation>Python {}, torch {} : {}</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'{}' runs the models from now on.</source>
   <translation>« {} » exécute désormais les modèles.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>'{}', which was chosen before, is not used any more.</source>
   <translation>« {} », choisi auparavant, n'est plus utilisé.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The environment variable {} names another Python, which goes first.</source>
   <translation>La variable d'environnement {} désigne un autre Python, qui a la priorité.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run on {}.</source>
   <translation>Les modèles s'exécutent sur {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/setupruntime.py"></location>
   <source>The models run on the CPU ({}).</source>
   <translation>Les modèles s'exécutent sur le processeur ({}).</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Train a model</source>
   <translation>Entraîner un modèle</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Makes a model for your region from your own rasters and labels, and tells how good it is.</source>
   <translation>Crée un modèle pour votre région à partir de vos propres rasters et étiquettes, et indique sa qualité.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Takes labels for classes that have so many values that they look like a photo or like ids.</source>
   <translation>Prend pour des classes les étiquettes qui ont tant de valeurs qu'elles ressemblent à une photo ou à des identifiants.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A model by its name, or a file of a model or of pretrained encoders: what fits is taken over. 'imagenet': encoders that know photographs, where the runtime has them. Empty: nothing, a new model.</source>
   <translation>Un modèle par son nom, ou un fichier de modèle ou d'encodeurs préentraînés : ce qui convient en est repris. « imagenet » : des encodeurs qui connaissent les photographies, si l'environnement d'exécution les a. Vide : rien, un nouveau modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>'quick' to see whether it works at all, 'normal', or 'thorough' for a model that is to be used.</source>
   <translation>« quick » pour voir si cela fonctionne, « normal », ou « thorough » pour un modèle destiné à servir.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training takes as many steps as fit into this time, stops when it is up and keeps the best model so far. Empty: by the effort. The log says how long that takes before it starts.</source>
   <translation>L'entraînement prend autant d'itérations que ce temps en permet, s'arrête quand il est écoulé et garde le meilleur modèle obtenu. Vide : selon l'effort. Le journal indique d'avance combien de temps cela dure.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Learns from what is not labelled, too: all of the scene but what is kept apart for the test. A step takes about twice as long. To be tried, not trusted: the model got worse where this was measured.</source>
   <translation>Apprend aussi de ce qui n'est pas étiqueté : toute la scène, sauf ce qui est réservé au test. Une itération dure environ deux fois plus longtemps. À essayer sans s'y fier : là où on l'a mesuré, le modèle est devenu moins bon.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Blocks of the labelled ground that are not trained on, so that they can tell how good the model is.</source>
   <translation>Blocs du terrain étiqueté qui ne servent pas à l'entraînement, afin de mesurer la qualité du modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>The model file. Those in the folder of your models (Settings &gt; Options &gt; DIS2) stand in the list of models at once.</source>
   <translation>Le fichier du modèle. Ceux du dossier de vos modèles (Préférences &gt; Options &gt; DIS2) figurent aussitôt dans la liste des modèles.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>train,training,learn,fit,fine-tune,model,labels,ground truth,classification,segmentation,deep learning,neural network,ai,missing,modality,land cover,machine learning,classifier,random forest,supervised,samples,flood,radar,lidar,dis2</source>
   <translation>entraîner,entraînement,apprentissage,apprendre,affiner,modèle,étiquettes,vérité terrain,classification,segmentation,apprentissage profond,réseau de neurones,ia,manquante,modalité,occupation du sol,train,training,fine-tune,model,labels,ground truth,deep learning,ai,missing,modality,apprentissage automatique,classificateur,supervisé,échantillons,inondation,radar,lidar,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Ground whose class is known. The categories of the layer's style give the classes names and colours.</source>
   <translation>Du terrain dont la classe est connue. Les catégories du style de la couche donnent aux classes leurs noms et leurs couleurs.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A raster of class codes, instead of polygons. A style with a palette gives the classes names and colours; codes that are not in it are not labelled. Nor are 255 and no data.</source>
   <translation>Un raster de codes de classe, au lieu de polygones. Un style à palette donne aux classes leurs noms et leurs couleurs ; les codes qui n'y figurent pas ne sont pas étiquetés, pas plus que 255 et l'absence de données.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Many classes</source>
   <translation>Beaucoup de classes</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Use the labels in this part alone. Empty: wherever all rasters are.</source>
   <translation>N'utiliser que les étiquettes de cette partie. Vide : partout où se trouvent tous les rasters.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Start from</source>
   <translation>Partir de</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Effort</source>
   <translation>Effort</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Time limit in minutes</source>
   <translation>Limite de temps en minutes</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Use unlabelled ground of the scene</source>
   <translation>Utiliser le terrain non étiqueté de la scène</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Share kept for the test</source>
   <translation>Part réservée au test</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Of everything that is drawn: the same seed gives the same model.</source>
   <translation>De tout ce qui est tiré au hasard : la même graine donne le même modèle.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Name of the model</source>
   <translation>Nom du modèle</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Stands in the model's card and in the maps that it makes.</source>
   <translation>Figure sur la fiche du modèle et dans les cartes qu'il produit.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Licence of the model</source>
   <translation>Licence du modèle</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>What others may do with the model, if you pass it on.</source>
   <translation>Ce que d'autres peuvent faire du modèle, si vous le transmettez.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Attribution</source>
   <translation>Attribution</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Whom to name for the imagery and the labels.</source>
   <translation>Qui citer pour les images et les étiquettes.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>DIS2 model (*.safetensors)</source>
   <translation>Modèle DIS2 (*.safetensors)</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>How good the model is with and without each raster, class by class, and how that was found out.</source>
   <translation>La qualité du modèle avec et sans chaque raster, classe par classe, et la façon dont elle a été établie.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Heights, best above ground (nDSM), in metres.</source>
   <translation>Des hauteurs, de préférence au-dessus du sol (MNH), en mètres.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Whatever else shows the same ground.</source>
   <translation>Tout autre raster du même terrain.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give one of the rasters or more, of any CRS, resolution and extent. Of several, the model will do without any.</source>
   <translation>Fournissez un des rasters ou plusieurs, de SCR, de résolution et d'emprise quelconques. De plusieurs, le modèle saura se passer de n'importe lequel.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Which bands the model learns from. Empty: all of them, of heights the first.</source>
   <translation>Les bandes dont apprend le modèle. Vide : toutes ; pour les hauteurs, la première.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Labels: polygons</source>
   <translation>Étiquettes : polygones</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>… or labels: raster</source>
   <translation>… ou étiquettes : raster</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training steps</source>
   <translation>Nombre d'itérations</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Empty: by the effort.</source>
   <translation>Vide : selon l'effort.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Width of the network</source>
   <translation>Largeur du réseau</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Channels at the finest level. Empty: by the effort.</source>
   <translation>Canaux au niveau le plus fin. Vide : selon l'effort.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Training window in pixels</source>
   <translation>Fenêtre d'entraînement en pixels</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>A multiple of 16. Empty: chosen.</source>
   <translation>Un multiple de 16. Vide : choix automatique.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Windows a step</source>
   <translation>Fenêtres par itération</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Empty: 8. Lower it if memory runs out.</source>
   <translation>Vide : 8. À réduire si la mémoire vient à manquer.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Ground sample distance in metres</source>
   <translation>Résolution au sol en mètres</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Size of the pixels that the model works on. Empty: that of the finest raster, or the start's.</source>
   <translation>La taille des pixels sur lesquels travaille le modèle. Vide : celle du raster le plus fin, ou du modèle de départ.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Mean IoU with all rasters</source>
   <translation>IoU moyen avec tous les rasters</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Mean IoU by scenario</source>
   <translation>IoU moyen par scénario</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>No raster was given.</source>
   <translation>Aucun raster n'a été fourni.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give a raster of the ground that is labelled, or several.</source>
   <translation>Fournissez un raster du terrain étiqueté, ou plusieurs.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Give a layer of polygons with a class field, or a raster of class codes: one of the two.</source>
   <translation>Fournissez une couche de polygones avec un champ de classe, ou un raster de codes de classe : l'un des deux.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>Labels are given as polygons and as a raster.</source>
   <translation>Les étiquettes sont fournies à la fois comme polygones et comme raster.</translation>
  </message>
  <message>
   <location filename="../algorithms/trainmodel.py"></location>
   <source>No labels were given.</source>
   <translation>Aucune étiquette n'a été fournie.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Patches of fewer pixels go to their largest neighbour before the polygons are drawn; the rasters stay as they are. 0: the polygons are exactly the map. 10 to 50 make them tidier.</source>
   <translation>Les îlots de moins de pixels rejoignent leur plus grand voisin avant le tracé des polygones ; les rasters restent tels quels. 0 : les polygones sont exactement la carte. Une valeur de 10 à 50 les rend plus nets.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Whether what lies below the minimum confidence becomes a polygon as well.</source>
   <translation>Indique si ce qui se trouve sous la confiance minimale devient aussi un polygone.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Smallest patch in pixels</source>
   <translation>Plus petit îlot en pixels</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons of uncertain ground too</source>
   <translation>Polygones du terrain incertain aussi</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons</source>
   <translation>Polygones</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>One multipolygon a class, with its name, area and share.</source>
   <translation>Un multipolygone par classe, avec son nom, sa surface et sa part.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Areas</source>
   <translation>Surfaces</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>A table: pixels, area in m² and share of every class.</source>
   <translation>Une table : pixels, surface en m² et part de chaque classe.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Choose another name.</source>
   <translation>Choisir un autre nom.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>Polygons and areas would be the same file, {}.</source>
   <translation>Polygones et surfaces seraient le même fichier, {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>The style {} belongs to something else and stays: other projects draw {} without colours.</source>
   <translation>Le style {} appartient à autre chose et reste : d'autres projets dessinent {} sans couleurs.</translation>
  </message>
  <message>
   <location filename="../algorithms/vector_outputs.py"></location>
   <source>{} is read by this run.</source>
   <translation>{} est lu par cette exécution.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>What if a raster were missing?</source>
   <translation>Et si un raster manquait ?</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Leaves rasters out in turn and tells how the map changes: can you do without the LiDAR flight?</source>
   <translation>Retire les rasters tour à tour et indique comment la carte change : pouvez-vous vous passer du vol LiDAR ?</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>what if,missing,modality,ablation,scenario,compare,comparison,agreement,dependence,lidar,elevation,ndsm,optical,cost,flight,segmentation,classification,report,machine learning,radar,sar,flood,what-if,change map,dis2</source>
   <translation>et si,manquante,modalité,ablation,scénario,comparer,comparaison,concordance,dépendance,lidar,élévation,mnh,optique,coût,vol,segmentation,classification,rapport,what if,missing,modality,ndsm,flight,apprentissage automatique,radar,inondation,crue,carte des changements,dis2</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Whether the maps are shown when they are done, in a group of their own.</source>
   <translation>Indique si les cartes sont affichées une fois créées, dans un groupe à part.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Where maps, table and report go. It must be new or empty, or hold an earlier result of this tool and nothing else.</source>
   <translation>Où sont écrits les cartes, la table et le rapport. Le dossier doit être nouveau ou vide, ou ne contenir qu'un résultat antérieur de cet outil.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Add the maps to the project</source>
   <translation>Ajouter les cartes au projet</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Table</source>
   <translation>Table</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Summary</source>
   <translation>Résumé</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>Two rasters at least are needed, so that one can be left out.</source>
   <translation>Il faut au moins deux rasters, pour pouvoir en retirer un.</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>DIS2: what if ({})</source>
   <translation>DIS2 : et si ({})</translation>
  </message>
  <message>
   <location filename="../algorithms/whatif.py"></location>
   <source>The model '{}' takes {}.</source>
   <translation>Le modèle « {} » accepte {}.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>List the values of map and reference</source>
   <translation>Lister les valeurs de la carte et de la référence</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Not labelled</source>
   <translation>Non étiqueté</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Choose a reference first, of polygons also the field with the class; a photo has no classes.</source>
   <translation>Choisissez d'abord une référence, et pour des polygones le champ de la classe ; une photo n'a pas de classes.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Some of the raster's pixels were looked at: a rare value may be missing here.</source>
   <translation>Seule une partie des pixels du raster a été examinée : une valeur rare peut manquer ici.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Values with a semicolon, and classes with one or with an equals sign, cannot stand here.</source>
   <translation>Les valeurs avec un point-virgule, et les classes avec un point-virgule ou un signe égal, ne peuvent pas figurer ici.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Value of the reference</source>
   <translation>Valeur de la référence</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Class of the map</source>
   <translation>Classe de la carte</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>As long as no value has a class, they are matched by name, or by code.</source>
   <translation>Tant qu'aucune valeur n'a de classe, l'appariement se fait par nom ou par code.</translation>
  </message>
  <message>
   <location filename="../gui/meanings_widget.py"></location>
   <source>Values without a class count as not labelled: {}.</source>
   <translation>Les valeurs sans classe comptent comme non étiquetées : {}.</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>First set up the runtime, once; then look in the menu Raster.</source>
   <translation>Installez d’abord l’environnement d’exécution, une fois ; voyez ensuite le menu Raster.</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Segment…</source>
   <translation>Segmenter…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>What if…</source>
   <translation>Et si…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Train…</source>
   <translation>Entraîner…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Set up the runtime…</source>
   <translation>Installer l’environnement d’exécution…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Demonstration city…</source>
   <translation>Ville de démonstration…</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Help</source>
   <translation>Aide</translation>
  </message>
  <message>
   <location filename="../gui/menu.py"></location>
   <source>Look in the menu Raster.</source>
   <translation>Voyez le menu Raster.</translation>
  </message>
  <message>
   <location filename="../gui/model_widget.py"></location>
   <source>Choose a model file</source>
   <translation>Choisir un fichier de modèle</translation>
  </message>
  <message>
   <location filename="../gui/model_widget.py"></location>
   <source>Models ({})</source>
   <translation>Modèles ({})</translation>
  </message>
  <message>
   <location filename="../gui/preview.py"></location>
   <source>DIS2 preview</source>
   <translation>Aperçu DIS2</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Preview</source>
   <translation>Aperçu</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Tries the model on the middle of the map view, as a temporary layer</source>
   <translation>Essaie le modèle au milieu de la vue de la carte, sous forme de couche temporaire</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>The preview shows the middle of the view.</source>
   <translation>L'aperçu montre le milieu de la vue.</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Preview ({})</source>
   <translation>Aperçu ({})</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Stop preview ({:.0f} %)</source>
   <translation>Arrêter l'aperçu ({:.0f} %)</translation>
  </message>
  <message>
   <location filename="../gui/segment_dialog.py"></location>
   <source>Wrong or missing value: {}</source>
   <translation>Valeur erronée ou manquante : {}</translation>
  </message>
  <message>
   <location filename="../gui/setup_dialog.py"></location>
   <source>the graphics card</source>
   <translation>la carte graphique</translation>
  </message>
  <message>
   <location filename="../gui/setup_dialog.py"></location>
   <source>the CPU</source>
   <translation>le processeur</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>This is a result of DIS2, not a measurement.</source>
   <translation>C’est un résultat de DIS2, pas une mesure.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It holds numbers of palette colours, not measured values: use 'PCT to RGB' first.</source>
   <translation>Il contient des numéros de couleurs d’une palette, pas des valeurs mesurées : utilisez d’abord « PCT vers RVB ».</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It says that its bands are red, green and blue: a photo, and no heights?</source>
   <translation>Il dit que ses bandes sont rouge, vert et bleu : une photo, et pas des hauteurs ?</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It has too few bands ({}); the model takes {}.</source>
   <translation>Il a trop peu de bandes ({}) ; le modèle en prend {}.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>{} bands are chosen; the model takes {}.</source>
   <translation>{} bandes sont choisies ; le modèle en prend {}.</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>Band {} is given as '{}', too.</source>
   <translation>La bande {} est aussi donnée comme « {} ».</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>It has {} bands: which one holds the heights?</source>
   <translation>Il a {} bandes : laquelle contient les hauteurs ?</translation>
  </message>
  <message>
   <location filename="../gui/slot_fields.py"></location>
   <source>{} [optional]</source>
   <translation>{} [facultatif]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>Nothing: a new model</source>
   <translation>Rien : un nouveau modèle</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required, or a raster]</source>
   <translation>{} [requis, ou un raster]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required with polygons]</source>
   <translation>{} [requis avec des polygones]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>{} [required, or polygons]</source>
   <translation>{} [requis, ou des polygones]</translation>
  </message>
  <message>
   <location filename="../gui/start_widget.py"></location>
   <source>A new model that knows nothing yet. A model or pretrained encoders can be chosen instead.</source>
   <translation>Un nouveau modèle qui ne sait encore rien. On peut choisir à la place un modèle ou des encodeurs préentraînés.</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Stop and keep the best</source>
   <translation>Arrêter et garder le meilleur</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Ends training now; the best model so far is tested and saved</source>
   <translation>Met fin à l'entraînement maintenant ; le meilleur modèle obtenu est testé et enregistré</translation>
  </message>
  <message>
   <location filename="../gui/train_dialog.py"></location>
   <source>Training ends after this step; the best model so far is tested and saved.</source>
   <translation>L'entraînement s'arrête après cette itération ; le meilleur modèle obtenu est testé et enregistré.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>Give an extent in a CRS of the same part of the Earth, that of the raster for example.</source>
   <translation>Indiquez une emprise dans un SCR de la même partie du globe, par exemple celui du raster.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>Check the CRS of the layer.</source>
   <translation>Vérifiez le SCR de la couche.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>unknown CRS</source>
   <translation>SCR inconnu</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>The extent in {} cannot be expressed in {}.</source>
   <translation>L'emprise en {} ne peut pas être exprimée en {}.</translation>
  </message>
  <message>
   <location filename="../layers/crs.py"></location>
   <source>{} says nothing about the ground here.</source>
   <translation>{} ne dit rien du terrain à cet endroit.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>in-memory</source>
   <translation>en mémoire</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>Right-click it, choose Export &gt; Save As… to write a GeoTIFF, and use that.</source>
   <translation>Faites un clic droit dessus, choisissez Exporter ► Enregistrer sous… pour écrire un GeoTIFF, et utilisez celui-ci.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>Write it to a new file (Export &gt; Save As…), and use that.</source>
   <translation>L'écrire dans un nouveau fichier (Exporter &gt; Enregistrer sous…), et utiliser celui-ci.</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>The layer '{}' is not a file that can be opened outside QGIS (it is a {} layer).</source>
   <translation>La couche « {} » n'est pas un fichier que l'on peut ouvrir en dehors de QGIS (c'est une couche {}).</translation>
  </message>
  <message>
   <location filename="../layers/rasters.py"></location>
   <source>{} cannot be given what is set on its layer ({}).</source>
   <translation>Ce qui est réglé sur la couche ne peut pas être appliqué à {} ({}).</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Reading the polygons</source>
   <translation>Lecture des polygones</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Give a layer of polygons.</source>
   <translation>Fournissez une couche de polygones.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>There are no polygons here.</source>
   <translation>Il n'y a pas de polygones ici.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Draw some, clear the selection, or choose a larger extent.</source>
   <translation>Dessinez-en, désélectionnez tout, ou choisissez une emprise plus grande.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>No field was chosen.</source>
   <translation>Aucun champ n'a été choisi.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>The layer '{}' holds no polygons.</source>
   <translation>La couche « {} » ne contient pas de polygones.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>Choose the field that holds the class: {}.</source>
   <translation>Choisissez le champ qui contient la classe : {}.</translation>
  </message>
  <message>
   <location filename="../layers/references.py"></location>
   <source>The layer '{}' has no field '{}'.</source>
   <translation>La couche « {} » n'a pas de champ « {} ».</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Set 'Extent' to the part that you need.</source>
   <translation>Réglez « Emprise » sur la partie dont vous avez besoin.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Check the CRS of the layer, or choose another extent.</source>
   <translation>Vérifiez le SCR de la couche, ou choisissez une autre emprise.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Check that the service can be reached and covers the extent.</source>
   <translation>Vérifiez que le service est joignable et couvre l'emprise.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Free some space there.</source>
   <translation>Libérez-y de l'espace.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' would have to be read as {:,} × {:,} pixels; {:,} in all is the limit.</source>
   <translation>La couche « {} » devrait être lue en {:,} × {:,} pixels ; la limite est de {:,} au total.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>Reading '{}' through QGIS</source>
   <translation>Lecture de « {} » par QGIS</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' is read through QGIS: {} pixels.</source>
   <translation>La couche « {} » est lue par QGIS : {} pixels.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' could not be read through QGIS (error {}).</source>
   <translation>La couche « {} » n'a pas pu être lue par QGIS (erreur {}).</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' lies elsewhere than the extent or the other rasters.</source>
   <translation>La couche « {} » se trouve ailleurs que l'emprise ou les autres rasters.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' shows nothing here.</source>
   <translation>La couche « {} » ne montre rien ici.</translation>
  </message>
  <message>
   <location filename="../layers/snapshots.py"></location>
   <source>The layer '{}' could not be written to the temporary folder.</source>
   <translation>La couche « {} » n'a pas pu être écrite dans le dossier temporaire.</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>transparent values of its style ('Additional no data value' makes them no data)</source>
   <translation>les valeurs transparentes de son style (« Valeur nulle supplémentaire » en fait des pixels sans données)</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>Set on the layer '{}' and not used here: {}.</source>
   <translation>Réglé sur la couche « {} » et non utilisé ici : {}.</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>the bands that it shows ({})</source>
   <translation>les bandes qu'elle affiche ({})</translation>
  </message>
  <message>
   <location filename="../layers/unused.py"></location>
   <source>the options with which its file is opened ({})</source>
   <translation>les options d'ouverture de son fichier ({})</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>No model was chosen.</source>
   <translation>Aucun modèle n'a été choisi.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>Choose another one under Settings &gt; Options &gt; DIS2, or another file for the model.</source>
   <translation>Choisissez-en un autre sous Préférences &gt; Options &gt; DIS2, ou un autre fichier pour le modèle.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>Choose a model file, or one of these: {}.</source>
   <translation>Choisissez un fichier de modèle, ou l'un de ceux-ci : {}.</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>none</source>
   <translation>aucun</translation>
  </message>
  <message>
   <location filename="../models/named.py"></location>
   <source>The folder of your models, '{}', cannot be made ({}).</source>
   <translation>Le dossier de vos modèles, « {} », ne peut pas être créé ({}).</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>A Python of DIS2's own, which it installs</source>
   <translation>Un Python propre à DIS2, que l'extension installe</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>For the device</source>
   <translation>Pour le périphérique</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Installs torch and the other packages: some minutes, 1.2 GB, with a graphics card up to 6 GB</source>
   <translation>Installe torch et les autres paquets : quelques minutes, 1,2 Go, jusqu'à 6 Go avec une carte graphique</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Imports the packages and computes a tensor in the Python that runs the models</source>
   <translation>Importe les paquets et calcule un tenseur dans le Python qui exécute les modèles</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Makes the runtime anew as it was asked for the last time</source>
   <translation>Refait l'environnement d'exécution tel qu'il a été demandé la dernière fois</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Deletes the runtime</source>
   <translation>Supprime l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>A Python that exists already</source>
   <translation>Un Python qui existe déjà</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Python that runs the models</source>
   <translation>Python qui exécute les modèles</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Python 3.10 or newer with torch, rasterio, pyproj, safetensors</source>
   <translation>Python 3.10 ou plus récent avec torch, rasterio, pyproj, safetensors</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Try out</source>
   <translation>Essayer</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Mirrors and machines without internet</source>
   <translation>Miroirs et machines sans internet</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>PyPI, and PyTorch's index for torch</source>
   <translation>PyPI, et l'index de PyTorch pour torch</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Address of a mirror, as pip takes it as --index-url; several separated by blanks</source>
   <translation>Adresse d'un miroir, telle que pip l'accepte pour --index-url ; plusieurs séparées par des espaces</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Use the folder of wheels alone, without any connection</source>
   <translation>N'utiliser que le dossier de paquets wheel, sans aucune connexion</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Download a Python (otherwise the machine's own, 3.10 to 3.13)</source>
   <translation>Télécharger un Python (sinon celui de la machine, 3.10 à 3.13)</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Folder of your models</source>
   <translation>Dossier de vos modèles</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>New models go here; all models in it stand in the lists of models</source>
   <translation>Les nouveaux modèles y sont enregistrés ; tous ceux qu'il contient figurent dans les listes de modèles</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Set up anew</source>
   <translation>Réinstaller</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Set up</source>
   <translation>Installer</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Check</source>
   <translation>Vérifier</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Repair</source>
   <translation>Réparer</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Remove…</source>
   <translation>Supprimer…</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Graphics card if there is one</source>
   <translation>Carte graphique s'il y en a une</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>CPU</source>
   <translation>Processeur (CPU)</translation>
  </message>
  <message>
   <location filename="../options/groups.py"></location>
   <source>Graphics card (CUDA)</source>
   <translation>Carte graphique (CUDA)</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>The diagnosis is on the clipboard.</source>
   <translation>Le diagnostic est dans le presse-papiers.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Delete the runtime in '{}'?</source>
   <translation>Supprimer l'environnement d'exécution dans « {} » ?</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>DIS2</source>
   <translation>DIS2</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Done.</source>
   <translation>Terminé.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Cancelled.</source>
   <translation>Annulé.</translation>
  </message>
  <message>
   <location filename="../options/page.py"></location>
   <source>Failed: see below.</source>
   <translation>Échec : voir ci-dessous.</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>Cancel</source>
   <translation>Annuler</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>Copy diagnosis</source>
   <translation>Copier le diagnostic</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>A report to paste into an issue, without names of people and passwords</source>
   <translation>Un rapport à coller dans un ticket, sans noms de personnes ni mots de passe</translation>
  </message>
  <message>
   <location filename="../options/progress.py"></location>
   <source>What a set-up does is shown here. It goes on if you close this window.</source>
   <translation>Le déroulement d'une installation s'affiche ici. Elle se poursuit si vous fermez cette fenêtre.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>The models run in a Python that was chosen in {}.</source>
   <translation>Les modèles s'exécutent dans un Python choisi dans {}.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>these options</source>
   <translation>ces options</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>The runtime is ready: torch {} on {}.</source>
   <translation>L'environnement d'exécution est prêt : torch {} sur {}.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>It works; its device is {}.</source>
   <translation>Il fonctionne ; son périphérique est {}.</translation>
  </message>
  <message>
   <location filename="../options/state.py"></location>
   <source>Set it up below.</source>
   <translation>Installez-le ci-dessous.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Free some space, or choose another file.</source>
   <translation>Libérez de l'espace, ou choisissez un autre fichier.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Create it, or choose another.</source>
   <translation>Créez-le, ou choisissez-en un autre.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>Choose another folder, or ask for the permission.</source>
   <translation>Choisissez un autre dossier, ou demandez l'autorisation.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>'{}' could not be written ({}).</source>
   <translation>« {} » n'a pas pu être écrit ({}).</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>The folder {} does not exist.</source>
   <translation>Le dossier {} n'existe pas.</translation>
  </message>
  <message>
   <location filename="../results/features.py"></location>
   <source>You may not write {}.</source>
   <translation>Vous n'avez pas le droit d'écrire {}.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose another folder.</source>
   <translation>Choisissez un autre dossier.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose another name, or delete it first.</source>
   <translation>Choisissez un autre nom, ou supprimez-le d'abord.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>The layer is a temporary file, which goes when QGIS ends, and your labels with it.</source>
   <translation>La couche est un fichier temporaire, qui disparaît à la fermeture de QGIS, et vos étiquettes avec lui.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>no class yet</source>
   <translation>pas encore de classe</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} cannot be written ({}).</source>
   <translation>Impossible d'écrire {} ({}).</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} is no GeoPackage, which alone keeps the form and the colours.</source>
   <translation>{} n'est pas un GeoPackage, qui seul conserve le formulaire et les couleurs.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>Choose a file that ends in {}.</source>
   <translation>Choisissez un fichier qui se termine par {}.</translation>
  </message>
  <message>
   <location filename="../results/labelling.py"></location>
   <source>{} exists, and may hold labels of yours.</source>
   <translation>{} existe et contient peut-être de vos étiquettes.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The polygons are made of {:,} × {:,} pixels, which takes minutes.</source>
   <translation>Les polygones sont tracés à partir de {:,} × {:,} pixels, ce qui prend des minutes.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Drawing polygons</source>
   <translation>Tracé des polygones</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Merging small patches</source>
   <translation>Fusion des petits îlots</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Merge small patches ('Smallest patch'), or choose a smaller extent.</source>
   <translation>Fusionnez les petits îlots (« Plus petit îlot en pixels »), ou choisissez une emprise plus petite.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>Free some space in the temporary folder.</source>
   <translation>Libérez de l'espace dans le dossier temporaire.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The map has more than {:,} patches, too many for polygons; the map itself is finished: {}.</source>
   <translation>La carte compte plus de {:,} îlots, ce qui est trop pour des polygones ; la carte elle-même est terminée : {}.</translation>
  </message>
  <message>
   <location filename="../results/polygons.py"></location>
   <source>The polygons could not be made ({}).</source>
   <translation>Les polygones n'ont pas pu être créés ({}).</translation>
  </message>
  <message>
   <location filename="../results/report_pages.py"></location>
   <source>The report stays in English: {}</source>
   <translation>Le rapport reste en anglais : {}</translation>
  </message>
  <message>
   <location filename="../results/whole.py"></location>
   <source>{} is no file.</source>
   <translation>{} n'est pas un fichier.</translation>
  </message>
  <message>
   <location filename="../results/whole.py"></location>
   <source>{} exists and belongs to another file than {}.</source>
   <translation>{} existe et appartient à un autre fichier que {}.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Free some space or choose another folder for the runtime, and run the set-up again.</source>
   <translation>Libérez de l'espace ou choisissez un autre dossier pour l'environnement d'exécution, puis relancez l'installation.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>If a firewall of your organisation reads the traffic, import its certificate under Settings &gt; Options &gt; Authentication &gt; Manage Certificates, or name its file in the environment variable SSL_CERT_FILE.</source>
   <translation>Si un pare-feu de votre organisation lit le trafic, importez son certificat sous Préférences ► Options ► Authentification ► Gestion des certificats, ou indiquez son fichier dans la variable d'environnement SSL_CERT_FILE.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Enter them under Settings &gt; Options &gt; Network, and run the set-up again.</source>
   <translation>Saisissez-les sous Préférences ► Options ► Réseau, puis relancez l'installation.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Check the connection and QGIS's proxy (Settings &gt; Options &gt; Network). Without internet, give the set-up a folder of wheels or your organisation's package index, or an existing Python.</source>
   <translation>Vérifiez la connexion et le proxy de QGIS (Préférences ► Options ► Réseau). Sans internet, fournissez à l'installation un dossier de paquets wheel ou l'index de paquets de votre organisation, ou un Python existant.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Choose a folder of your own for the runtime, wait for running algorithms to end, or ask whether a virus scanner has blocked it.</source>
   <translation>Choisissez un dossier qui vous appartient pour l'environnement d'exécution, attendez la fin des algorithmes en cours, ou demandez si un antivirus l'a bloqué.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Run the set-up again; if it happens again, somebody changes files on their way to you: ask your network's administrators.</source>
   <translation>Relancez l'installation ; si cela se reproduit, quelqu'un modifie les fichiers en chemin : adressez-vous aux administrateurs de votre réseau.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Add it to the folder of wheels or to the mirror; docs/runtime.md says how both are filled.</source>
   <translation>Ajoutez-le au dossier de paquets wheel ou au miroir ; docs/runtime.md explique comment les remplir.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>Let the set-up download one, which needs a connection, or install Python 3.12.</source>
   <translation>Laissez l'installation en télécharger un, ce qui demande une connexion, ou installez Python 3.12.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed.</source>
   <translation>{} : échec.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>The last words:</source>
   <translation>Dernières lignes :</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the disk is full.</source>
   <translation>{} : échec, le disque est plein.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a certificate is not trusted ({}).</source>
   <translation>{} : échec, un certificat n'est pas fiable ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the proxy asks for a name and a password.</source>
   <translation>{} : échec, le proxy demande un nom et un mot de passe.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: the server cannot be reached ({}).</source>
   <translation>{} : échec, le serveur est injoignable ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a file may not be written ({}).</source>
   <translation>{} : échec, un fichier ne peut pas être écrit ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: {} is not the file that was published.</source>
   <translation>{} : échec, {} n'est pas le fichier qui a été publié.</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: a package is missing where it was looked for ({}).</source>
   <translation>{} : échec, un paquet manque là où il a été cherché ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/errors.py"></location>
   <source>{} failed: there is no Python that fits on this machine ({}).</source>
   <translation>{} : échec, il n'y a pas de Python adapté sur cette machine ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>Choose another Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON, or none: {}</source>
   <translation>Choisissez un autre Python sous Préférences ► Options ► DIS2 ou dans DIS2_PYTHON, ou aucun : {}</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>DIS2 has no Python to run its models with yet.</source>
   <translation>DIS2 n'a pas encore de Python pour exécuter ses modèles.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>'{}' ({}) is not a program that can be run.</source>
   <translation>« {} » ({}) n'est pas un programme exécutable.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>the QGIS setting {}</source>
   <translation>le réglage QGIS {}</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>The runtime was made for DIS2 {}; DIS2 {} needs other packages.</source>
   <translation>L'environnement d'exécution a été créé pour DIS2 {} ; DIS2 {} a besoin d'autres paquets.</translation>
  </message>
  <message>
   <location filename="../runtime/interpreter.py"></location>
   <source>The runtime in '{}' is damaged: its Python is gone.</source>
   <translation>L'environnement d'exécution dans « {} » est endommagé : son Python a disparu.</translation>
  </message>
  <message>
   <location filename="../runtime/journal.py"></location>
   <source>Cancelled. An earlier runtime is as it was.</source>
   <translation>Annulé. Un environnement d'exécution antérieur reste tel quel.</translation>
  </message>
  <message>
   <location filename="../runtime/journal.py"></location>
   <source>Warning: {}</source>
   <translation>Avertissement : {}</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Run the algorithm 'Set up the runtime' (Processing Toolbox &gt; DIS2), or use the page Settings &gt; Options &gt; DIS2.</source>
   <translation>Lancez l'algorithme « Installer l'environnement d'exécution » (Boîte à outils de traitements ► DIS2), ou utilisez la page Préférences ► Options ► DIS2.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose a shorter one, such as C:\dis2, under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Choisissez-en un plus court, comme C:\dis2, sous Préférences ► Options ► DIS2 ou dans DIS2_RUNTIME.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Free some space, or choose another folder under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Libérez de l'espace, ou choisissez un autre dossier sous Préférences ► Options ► DIS2 ou dans DIS2_RUNTIME.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose an empty folder for the runtime.</source>
   <translation>Choisissez un dossier vide pour l'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>Choose another one under Settings &gt; Options &gt; DIS2 or in DIS2_RUNTIME.</source>
   <translation>Choisissez-en un autre sous Préférences ► Options ► DIS2 ou dans DIS2_RUNTIME.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The runtime needs about {:.1f} GB while it is made, and the disk of '{}' has {:.1f} GB left.</source>
   <translation>L'environnement d'exécution a besoin d'environ {:.1f} Go pendant sa création, et il reste sur le disque de « {} » {:.1f} Go.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The path of the runtime, '{}', is too long for Windows.</source>
   <translation>Le chemin de l'environnement d'exécution, « {} », est trop long pour Windows.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The stamp of the runtime, '{}', is damaged ({}).</source>
   <translation>Le fichier d'état de l'environnement d'exécution, « {} », est endommagé ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The folder '{}' holds other files.</source>
   <translation>Le dossier « {} » contient d'autres fichiers.</translation>
  </message>
  <message>
   <location filename="../runtime/layout.py"></location>
   <source>The folder of the runtime, '{}', cannot be written ({}).</source>
   <translation>Le dossier de l'environnement d'exécution, « {} », n'est pas accessible en écriture ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The driver {} of {} is too old: {} or newer is needed. Update the driver and repair the runtime.</source>
   <translation>Le pilote {} de {} est trop ancien : {} ou plus récent est nécessaire. Mettez le pilote à jour et réparez l'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The CPU was asked for.</source>
   <translation>Le processeur a été demandé.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>There is no CUDA on macOS.</source>
   <translation>Il n'y a pas de CUDA sous macOS.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>No NVIDIA graphics card with a working driver was found.</source>
   <translation>Aucune carte graphique NVIDIA avec un pilote fonctionnel n'a été trouvée.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>The graphics card {} is too old for this torch (compute capability {}).</source>
   <translation>La carte graphique {} est trop ancienne pour ce torch (capacité de calcul {}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/backend.py"></location>
   <source>{}, driver {}</source>
   <translation>{}, pilote {}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>no answer within the time that QGIS's network options allow</source>
   <translation>aucune réponse dans le délai fixé par les options réseau de QGIS</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Check the address of the package index or mirror.</source>
   <translation>Vérifiez l'adresse de l'index de paquets ou du miroir.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Downloading {}</source>
   <translation>Téléchargement de {}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{} failed: it is larger than {:.0f} MB.</source>
   <translation>{} : échec, la taille dépasse {:.0f} Mo.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{}, through the proxy {}:{}</source>
   <translation>{}, par le proxy {}:{}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>Check the folder or the address of the mirror.</source>
   <translation>Vérifiez le dossier ou l'adresse du miroir.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{}, without a proxy</source>
   <translation>{}, sans proxy</translation>
  </message>
  <message>
   <location filename="../runtime/packages/network.py"></location>
   <source>{} failed ({}).</source>
   <translation>{} : échec ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>Choose an existing Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON, if there is one with torch.</source>
   <translation>Choisissez un Python existant sous Préférences ► Options ► DIS2 ou dans DIS2_PYTHON, s'il y en a un avec torch.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>Add that wheel; docs/runtime.md says how a folder is filled.</source>
   <translation>Ajoutez ce paquet wheel ; docs/runtime.md explique comment remplir un dossier.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for Macs with an Intel processor.</source>
   <translation>torch {} n'est pas disponible pour les Mac à processeur Intel.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for {} on {}.</source>
   <translation>torch {} n'est pas disponible pour {} sous {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>torch {} is not made for Linux without glibc, such as Alpine.</source>
   <translation>torch {} n'est pas disponible pour un Linux sans glibc, comme Alpine.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/torch_builds.py"></location>
   <source>'{}' has no torch {} for Python {}.{} on {} {}.</source>
   <translation>« {} » ne contient pas torch {} pour Python {}.{} sous {} {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>If a virus scanner or a policy forbids it, ask for an exception or choose an existing Python.</source>
   <translation>Si un antivirus ou une règle de sécurité l'interdit, demandez une exception ou choisissez un Python existant.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Run the set-up again; if it happens again, ask your network's administrators who changes downloads.</source>
   <translation>Relancez l'installation ; si cela se reproduit, demandez aux administrateurs de votre réseau qui modifie les téléchargements.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Add the wheel of uv to the folder of wheels, or choose an existing Python.</source>
   <translation>Ajoutez le paquet wheel de uv au dossier de paquets wheel, ou choisissez un Python existant.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Give the address that pip takes as --index-url; as a rule it ends in /simple.</source>
   <translation>Indiquez l'adresse que pip accepte pour --index-url ; en général, elle se termine par /simple.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Run the set-up again, or replace the file.</source>
   <translation>Relancez l'installation, ou remplacez le fichier.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>Writing {}</source>
   <translation>Écriture de {}</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>'{}' does not run on this machine.</source>
   <translation>« {} » ne fonctionne pas sur cette machine.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>{} is not the file that was published.</source>
   <translation>{} n'est pas le fichier qui a été publié.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>There is no uv {} for {} {} in {}.</source>
   <translation>Il n'y a pas de uv {} pour {} {} dans {}.</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>{} is no package index ({}).</source>
   <translation>{} n'est pas un index de paquets ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/packages/uv.py"></location>
   <source>The wheel of uv is damaged ({}).</source>
   <translation>Le paquet wheel de uv est endommagé ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>Run it again; if it stays so, restart the machine.</source>
   <translation>Relancez ; si cela persiste, redémarrez la machine.</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>'{}' cannot be started ({}).</source>
   <translation>« {} » ne peut pas être démarré ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/program.py"></location>
   <source>'{}' has not ended within {:g} seconds and was stopped.</source>
   <translation>« {} » ne s'est pas terminé en {:g} secondes et a été arrêté.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The graphics card cannot be used ({}). The runtime is made for the CPU instead.</source>
   <translation>La carte graphique n'est pas utilisable ({}). L'environnement d'exécution est créé pour le processeur à la place.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Getting uv, which installs the packages</source>
   <translation>Obtention de uv, qui installe les paquets</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Getting Python</source>
   <translation>Obtention de Python</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Trying it out: importing the packages, computing a tensor</source>
   <translation>Essai : import des paquets, calcul d'un tenseur</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Not verified against the hashes of the published files: {}</source>
   <translation>Non vérifié d'après les empreintes des fichiers publiés : {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The graphics card cannot be used.</source>
   <translation>La carte graphique n'est pas utilisable.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>torch for '{}': {}</source>
   <translation>torch pour « {} » : {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>The runtime is ready: Python {}, torch {}</source>
   <translation>L'environnement d'exécution est prêt : Python {}, torch {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/creation.py"></location>
   <source>Making the runtime</source>
   <translation>Création de l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>DIS2: diagnosis of the runtime</source>
   <translation>DIS2 : diagnostic de l'environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>yes</source>
   <translation>oui</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>no</source>
   <translation>non</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Machine</source>
   <translation>Machine</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Network</source>
   <translation>Réseau</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Runtime</source>
   <translation>Environnement d'exécution</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Log</source>
   <translation>Journal</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Disk of the runtime: {:.1f} of {:.1f} GB free</source>
   <translation>Disque de l'environnement d'exécution : {:.1f} Go libres sur {:.1f} Go</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>No managed runtime.</source>
   <translation>Aucun environnement d'exécution géré.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Problem</source>
   <translation>Problème</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Managed runtime</source>
   <translation>Environnement d'exécution géré</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Of this version</source>
   <translation>De cette version</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Not verified</source>
   <translation>Non vérifié</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>Chosen Python</source>
   <translation>Python choisi</translation>
  </message>
  <message>
   <location filename="../runtime/setup/diagnosis.py"></location>
   <source>none with a working NVIDIA driver</source>
   <translation>aucune avec un pilote NVIDIA fonctionnel</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Making an environment of Python {}</source>
   <translation>Création d'un environnement virtuel avec Python {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Run the set-up again.</source>
   <translation>Relancez l'installation.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>Downloading Python {}</source>
   <translation>Téléchargement de Python {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>uv made no environment in '{}'.</source>
   <translation>uv n'a pas créé d'environnement virtuel dans « {} ».</translation>
  </message>
  <message>
   <location filename="../runtime/setup/environment.py"></location>
   <source>{} The machine's own Python is taken.</source>
   <translation>{} Le Python de la machine est utilisé.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the packages (numpy, rasterio, matplotlib and others)</source>
   <translation>Installation des paquets (numpy, rasterio, matplotlib et autres)</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing torch for '{}', the largest part</source>
   <translation>Installation de torch pour « {} », la plus grande partie</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the CUDA libraries</source>
   <translation>Installation des bibliothèques CUDA</translation>
  </message>
  <message>
   <location filename="../runtime/setup/installation.py"></location>
   <source>Installing the packages</source>
   <translation>Installation des paquets</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Wait for running algorithms to end, or close the other QGIS, and remove the runtime again.</source>
   <translation>Attendez la fin des algorithmes en cours, ou fermez l'autre QGIS, puis supprimez de nouveau l'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Wait until that is done, or cancel it there.</source>
   <translation>Attendez que ce soit terminé, ou annulez-la là où elle a été lancée.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>Removing the runtime in '{}'</source>
   <translation>Suppression de l'environnement d'exécution dans « {} »</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>'{}' cannot be removed: it is in use.</source>
   <translation>« {} » ne peut pas être supprimé : il est en cours d'utilisation.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>The runtime in '{}' is being set up already, here or in another QGIS.</source>
   <translation>L'environnement d'exécution dans « {} » est déjà en cours d'installation, ici ou dans un autre QGIS.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/managed.py"></location>
   <source>The folder of the runtime, '{}', cannot be written.</source>
   <translation>Le dossier de l'environnement d'exécution, « {} », n'est pas accessible en écriture.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Choose a folder that holds .whl files.</source>
   <translation>Choisissez un dossier qui contient des fichiers .whl.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Without internet the set-up needs a folder of wheels.</source>
   <translation>Sans internet, l'installation a besoin d'un dossier de paquets wheel.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Choose one; docs/runtime.md says how it is filled on a machine that has internet.</source>
   <translation>Choisissez-en un ; docs/runtime.md explique comment le remplir sur une machine qui a accès à internet.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>Set the runtime up anew ('create') with the whole address.</source>
   <translation>Réinstallez l'environnement d'exécution (« create ») avec l'adresse complète.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>There is no folder of wheels '{}'.</source>
   <translation>Le dossier de paquets wheel « {} » n'existe pas.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/options.py"></location>
   <source>The package index {} was given with a password, which is not kept.</source>
   <translation>L'index de paquets {} a été indiqué avec un mot de passe, qui n'est pas conservé.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Repair the runtime, or install what is missing into the Python that you chose.</source>
   <translation>Réparez l'environnement d'exécution, ou installez ce qui manque dans le Python que vous avez choisi.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Install the Microsoft Visual C++ Redistributable (x64) from Microsoft, restart the machine and repair the runtime.</source>
   <translation>Installez le Microsoft Visual C++ Redistributable (x64) de Microsoft, redémarrez la machine et réparez l'environnement d'exécution.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Choose another one.</source>
   <translation>Choisissez-en un autre.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Update it there, or choose another Python.</source>
   <translation>Mettez-le à jour à cet endroit, ou choisissez un autre Python.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>it crashed</source>
   <translation>plantage</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' is Python {}; DIS2 needs 3.10 or newer.</source>
   <translation>« {} » est Python {} ; DIS2 a besoin de la version 3.10 ou d'une version plus récente.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' cannot import {} ({}).</source>
   <translation>« {} » ne peut pas importer {} ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' has {} {}; DIS2 needs {} or newer.</source>
   <translation>« {} » contient {} {} ; DIS2 a besoin de la version {} ou d'une version plus récente.</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>exit code {}</source>
   <translation>code de sortie {}</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>'{}' does not work as a Python for DIS2 ({}).</source>
   <translation>« {} » ne fonctionne pas comme Python pour DIS2 ({}).</translation>
  </message>
  <message>
   <location filename="../runtime/setup/trial.py"></location>
   <source>Is it a Python 3.10 or newer? Its last words:</source>
   <translation>Est-ce un Python 3.10 ou plus récent ? Ses dernières lignes :</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Translate (convert format)', with {} among its additional parameters</source>
   <translation>« Convertir (changer de format) », avec {} parmi ses paramètres supplémentaires</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>give the layer a style that names each of them</source>
   <translation>donnez à la couche un style qui nomme chacune d’elles</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'… raster: bands'</source>
   <translation>« Raster … : bandes »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Windows at a time'</source>
   <translation>« Fenêtres à la fois »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Extent'</source>
   <translation>« Emprise »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Output pixels'</source>
   <translation>« Pixels de sortie »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>tick 'Many classes'</source>
   <translation>cochez « Beaucoup de classes »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Mask'</source>
   <translation>« Masque »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'No data'</source>
   <translation>« Sans données »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>Choose a Python that has them in 'Set up the runtime'</source>
   <translation>Choisissez un Python qui les contient dans « Installer l'environnement d'exécution »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>Install it with pip into the Python that runs the models, or start from something else</source>
   <translation>Installez-le avec pip dans le Python qui exécute les modèles, ou partez d'autre chose</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'… raster: factor'</source>
   <translation>« Raster … : facteur »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Size in pixels'</source>
   <translation>« Taille en pixels »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Meaning of the reference's values'</source>
   <translation>« Signification des valeurs de la référence »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Build virtual raster'</source>
   <translation>« Construire un raster virtuel »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'PCT to RGB'</source>
   <translation>« PCT vers RVB »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Clip raster by extent'</source>
   <translation>« Découper un raster selon une emprise »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Translate (convert format)'</source>
   <translation>« Convertir (changer de format) »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Warp (reproject)'</source>
   <translation>« Projection (warp) »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Assign projection'</source>
   <translation>« Assigner une projection »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Additional no data value' in the properties of the layer,</source>
   <translation>« Valeur nulle supplémentaire » dans les propriétés de la couche,</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Raster information'</source>
   <translation>« Informations raster »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source> ('Reproject layer')</source>
   <translation> (« Reprojeter une couche »)</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Export &gt; Save Features As…'</source>
   <translation>« Exporter &gt; Sauvegarder les entités sous… »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Height above ground (nDSM)'</source>
   <translation>« Hauteur au-dessus du sol (MNH) »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source> ('Repair' in the options)</source>
   <translation> (« Réparer » dans les options)</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{0}: factor' {1} and '{0}: offset' {2}</source>
   <translation>« {0} : facteur » {1} et « {0} : décalage » {2}</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{}: bands'</source>
   <translation>« {} : bandes »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{0}: factor' and '{0}: offset'</source>
   <translation>« {0} : facteur » et « {0} : décalage »</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'{}: factor' {}</source>
   <translation>« {} : facteur » {}</translation>
  </message>
  <message>
   <location filename="../words/advice.py"></location>
   <source>'Warp (reproject)', with {} among its additional parameters</source>
   <translation>« Projection (warp) », avec {} parmi ses paramètres supplémentaires</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>automatic</source>
   <translation>automatique</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as chosen</source>
   <translation>comme choisi</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as the file says</source>
   <translation>comme le dit le fichier</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>by their order</source>
   <translation>dans leur ordre</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>as the layer shows them</source>
   <translation>comme la couche les affiche</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>band {}</source>
   <translation>bande {}</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>{} (automatic)</source>
   <translation>{} (automatique)</translation>
  </message>
  <message>
   <location filename="../words/bands.py"></location>
   <source>band {} is {} by the file, and is read as {}</source>
   <translation>d’après le fichier, la bande {} est {}, et elle est lue comme {}</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>It works on pixels of {:g} m, in windows of {} × {} pixels. Any of the inputs may be missing.</source>
   <translation>Il travaille sur des pixels de {:g} m, par fenêtres de {} × {} pixels. N'importe laquelle des entrées peut manquer.</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Input</source>
   <translation>Entrée</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Raster in</source>
   <translation>À fournir comme</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Band</source>
   <translation>Bande</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Unit</source>
   <translation>Unité</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Valid values</source>
   <translation>Valeurs valides</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Mean</source>
   <translation>Moyenne</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Deviation</source>
   <translation>Écart type</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Training data</source>
   <translation>Données d'entraînement</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Made</source>
   <translation>Créé le</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Path</source>
   <translation>Chemin</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Size</source>
   <translation>Taille</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Parameters</source>
   <translation>Paramètres</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>What it takes</source>
   <translation>Ce qu'il accepte</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>What it gives</source>
   <translation>Ce qu'il produit</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>How good it is</source>
   <translation>Sa qualité</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Where it comes from</source>
   <translation>Son origine</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>File</source>
   <translation>Fichier</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Value</source>
   <translation>Valeur</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Colour</source>
   <translation>Couleur</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Class</source>
   <translation>Classe</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>The card states no scores.</source>
   <translation>La fiche n'indique aucun score.</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Available</source>
   <translation>Disponible</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>IoU of the class</source>
   <translation>IoU de la classe</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>{:,} bytes</source>
   <translation>{:,} octets</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>Before you trust its maps:</source>
   <translation>Avant de vous fier à ses cartes :</translation>
  </message>
  <message>
   <location filename="../words/card_page.py"></location>
   <source>{}, 0 to 1</source>
   <translation>{}, de 0 à 1</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Takes</source>
   <translation>Accepte</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Works at</source>
   <translation>Travaille à</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Optical</source>
   <translation>Optique</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Elevation</source>
   <translation>Élévation</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>SAR</source>
   <translation>SAR</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Spectral</source>
   <translation>Spectral</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Other</source>
   <translation>Autre</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>optical</source>
   <translation>optique</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>elevation</source>
   <translation>élévation</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>spectral</source>
   <translation>spectral</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>other</source>
   <translation>autre</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Optical raster</source>
   <translation>Raster optique</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Elevation raster</source>
   <translation>Raster d'élévation</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>SAR raster</source>
   <translation>Raster SAR</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Spectral raster</source>
   <translation>Raster spectral</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Other raster</source>
   <translation>Autre raster</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>{:g} m a pixel</source>
   <translation>{:g} m par pixel</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>The model has no use for a raster in {}.</source>
   <translation>Le modèle n'a pas l'usage d'un raster dans : {}.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Give at least one of these.</source>
   <translation>Fournissez-en au moins un.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>Leave everything else empty.</source>
   <translation>Laissez tout le reste vide.</translation>
  </message>
  <message>
   <location filename="../words/cards.py"></location>
   <source>and/or</source>
   <translation>et/ou</translation>
  </message>
  <message>
   <location filename="../words/creation_options.py"></location>
   <source>Write NAME=VALUE, several with | between: COMPRESS=ZSTD|ZSTD_LEVEL=9.</source>
   <translation>Écrivez NOM=VALEUR, plusieurs séparés par | : COMPRESS=ZSTD|ZSTD_LEVEL=9.</translation>
  </message>
  <message>
   <location filename="../words/creation_options.py"></location>
   <source>'{}' is no creation option.</source>
   <translation>« {} » n'est pas une option de création.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=any, NAME=all, NAME=none or the values, for example optical=all ndsm=-9999,0; several with a space between.</source>
   <translation>Écrire NAME=any, NAME=all, NAME=none ou les valeurs, par exemple optical=all ndsm=-9999,0 ; plusieurs séparées par une espace.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=auto, NAME=none or a band's number, for example optical=4; several with a space between.</source>
   <translation>Écrire NAME=auto, NAME=none ou le numéro d'une bande, par exemple optical=4 ; plusieurs séparés par une espace.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say when a pixel has no data.</source>
   <translation>« {} » ne dit pas quand un pixel est sans données.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say what the mask is.</source>
   <translation>« {} » ne dit pas quel est le masque.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write NAME=a,b for value = a * stored + b, for example ndsm=0.1,0; several with a space between.</source>
   <translation>Écrivez NOM=a,b pour valeur = a * valeur enregistrée + b, par exemple ndsm=0.1,0 ; plusieurs séparés par une espace.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write VALUE=NAME, separated by semicolons: 1=building;2=tree.</source>
   <translation>Écrivez VALEUR=NOM, séparés par des points-virgules : 1=building;2=tree.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say which input it is about.</source>
   <translation>« {} » ne dit pas de quelle entrée il s’agit.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Write {}=….</source>
   <translation>Écrivez {}=….</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' is about '{}', which is no input.</source>
   <translation>« {} » porte sur « {} », qui n'est pas une entrée.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>Inputs are: {}.</source>
   <translation>Les entrées sont : {}.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' is no scale.</source>
   <translation>« {} » n'est pas une échelle.</translation>
  </message>
  <message>
   <location filename="../words/inputs.py"></location>
   <source>'{}' does not say what a value of the reference means.</source>
   <translation>« {} » n'indique pas ce que signifie une valeur de la référence.</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Comparing</source>
   <translation>Comparaison</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Drawing</source>
   <translation>Dessin</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Finishing</source>
   <translation>Finalisation</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Reading</source>
   <translation>Lecture</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Segmenting</source>
   <translation>Segmentation</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Subtracting</source>
   <translation>Soustraction</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Testing</source>
   <translation>Test</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Training</source>
   <translation>Entraînement</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Writing</source>
   <translation>Écriture</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>16-bit numbers (bfloat16) where they do no harm</source>
   <translation>nombres de 16 bits (bfloat16) là où ils ne nuisent pas</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>32-bit numbers</source>
   <translation>nombres de 32 bits</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>codes</source>
   <translation>codes</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Codes</source>
   <translation>Codes</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>map</source>
   <translation>carte</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>mask</source>
   <translation>masque</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>names</source>
   <translation>noms</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>Names</source>
   <translation>Noms</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>overviews</source>
   <translation>aperçus</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>point that lies in it</source>
   <translation>point qui s'y trouve</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>polygon that its centre lies in</source>
   <translation>polygone dans lequel se trouve son centre</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>reference</source>
   <translation>référence</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>test</source>
   <translation>test</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>the compared pixels</source>
   <translation>les pixels comparés</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>the map</source>
   <translation>la carte</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>training</source>
   <translation>entraînement</translation>
  </message>
  <message>
   <location filename="../words/messages.py"></location>
   <source>validation</source>
   <translation>validation</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>Encoders that know photographs (ImageNet), and nothing of your ground and classes yet. Meant for few labels; such a model takes half as long again or more.</source>
   <translation>Des encodeurs qui connaissent les photographies (ImageNet), et encore rien de votre terrain ni de vos classes. Pour peu d'étiquettes ; un tel modèle prend une fois et demie le temps, ou davantage.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>They are not seen in the Python that runs the models: it needs the package {}.</source>
   <translation>Ils ne se trouvent pas dans le Python qui exécute les modèles : il lui faut le paquet {}.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>Pretrained encoders for {}, and nothing of your classes yet.</source>
   <translation>Des encodeurs préentraînés pour {}, et encore rien de vos classes.</translation>
  </message>
  <message>
   <location filename="../words/starts.py"></location>
   <source>{} ({} bands)</source>
   <translation>{} ({} bandes)</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The machine may be short of memory: try fewer windows at a time, or the device 'cpu'.</source>
   <translation>La machine manque peut-être de mémoire : essayez avec moins de fenêtres à la fois, ou avec le périphérique « cpu ».</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Choose another Python under Settings &gt; Options &gt; DIS2 or in DIS2_PYTHON.</source>
   <translation>Choisissez un autre Python sous Préférences ► Options ► DIS2 ou dans DIS2_PYTHON.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker talks too much: what it says from here on is not shown.</source>
   <translation>Le processus de calcul parle trop : ce qu'il dit à partir d'ici n'est pas affiché.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker ended without a result (exit code {}).</source>
   <translation>Le processus de calcul s'est terminé sans résultat (code de sortie {}).</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Its last words:</source>
   <translation>Ses dernières lignes :</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Install the DIS2 plugin again and restart QGIS.</source>
   <translation>Réinstallez l'extension DIS2 et redémarrez QGIS.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Cancelled. Nothing was written.</source>
   <translation>Annulé. Rien n'a été écrit.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker crashed (signal {}).</source>
   <translation>Le processus de calcul a planté (signal {}).</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Is '{}' a Python 3.10 or newer?</source>
   <translation>« {} » est-il un Python 3.10 ou plus récent ?</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>The worker has not answered for {:g} seconds and was stopped.</source>
   <translation>Le processus de calcul n'a pas répondu pendant {:g} secondes et a été arrêté.</translation>
  </message>
  <message>
   <location filename="../worker/client.py"></location>
   <source>Worker {}: {}</source>
   <translation>Processus de calcul {} : {}</translation>
  </message>
 </context>
</TS>
