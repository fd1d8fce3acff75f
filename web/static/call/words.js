// The words of the verification code (R23): common French words, without rude or
// sad ones, of which no two sound nearly alike, so that none is mistaken for another on
// a bad line. Their order is part of the code: a change makes two versions of the page
// disagree.

/** 2,048 words: eleven bits select one. */
export const words = Object.freeze((
  "abaisser abeille aborder aboutir abreuver abreuvoir abricot abriter abrupt absence absolu abyssal acacia académie acajou acarien accolade accordéon " +
  "achat acheter aciduler acier acompte acrobate acronyme acropole acrylique actif actuel adagio adepte adéquat adjectif adresse adroit adulte adverbe " +
  "aéronef aéroport affecter affichage agencer agenda agneau agrafeuse agréable agriculteur agrume aiguille airelle aisance alambic album alchimie alcôve " +
  "algèbre algue aliment alinéa allegro alliage alouette alphabet alpinisme altimètre aluminium alvéole amande amarante ambassade ambigu aménager amidon " +
  "amour amovible amphibie amphore amusant anagramme analyse ananas anaphore anatomie anchois ancien ancre anémone animal annexer annonce annuel antenne " +
  "antilope antiquaire apiculteur aplanir apostrophe appentis appuyer aquarelle aquarium aqueduc arabesque arbalète arbitre arboretum arbre arbuste " +
  "arcade archéologue archet archipel architecte ardoise arène argenterie argile arlequin armagnac armoire armure arôme arpège arpenter arrondi arrosoir " +
  "artériel artichaut article artisan aspect asperge asphalte aspirateur assemblage associer astronome astuce asymétrie atelier athlétisme atlas atrium " +
  "attelage attentif attestation attirer attraper aubépine aubergine audace audible aurore autobus autocar automne automobile auvent avalanche aviateur " +
  "avion aviser avocat avoine avril axial axiome azalée azimut azur bâbord babouche badiane badminton bagage bagagerie baguette baignade baignoire " +
  "balançelle balançoire balcon baleine bambou bananeraie bandoulière banjo banlieue banquise baobab barbeau barbier baril baromètre barque bascule " +
  "basilic basket bastion bataille batavia bateau bâtisse bâtonnet baume bavarder béchamel belote belvédère bémol bénéfice bénévole bercail berceau " +
  "bergamote berger bergerie berline berlingot bermuda besace betterave beurre biathlon bibelot biberon bicyclette bigorneau bijou bijoutier bilingue " +
  "billard bimensuel binaire biniou biologie biotype biscotte biscuit bison bitume blanchir blanquette bleuet blouson bobsleigh bocal bonbon bondir " +
  "bonifier bonnet bonneterie bonsaï bordereau bordure botanique bottine bougeoir bougie boulanger boulangerie boulevard boulon bouquet bouquiniste " +
  "bourdon bourgade bourgogne bourrasque bourse boussole boutique bouvreuil boxeur bracelet branche brasier brasserie brave bretelle breuvage bricoleur " +
  "brigade brillant brindille brioche briqueterie brocante brochure broder brouette broussaille brugnon bruyère buanderie bûche buffle bulldozer bulletin " +
  "bungalow bureau cabane cabillaud cabosse cabriole cacahuète cacao cachemire cactus cadenas cadran caféine cafetière caillou caisse calamar calcul " +
  "calèche calendrier calepin calligraphe calorie camarade caméléon camembert camion camomille campanule campeur canapé canard candélabre caneton " +
  "canneberge cantatrice cantine caoutchouc capable capeline câpre capsule capuche carabine caramel caravane carbone carburateur cardigan caribou " +
  "carnaval carnet carotte carrelage carrière cartable cartilage cartographe carton casque casserole casserolier castor catalogue caution cavalier caviar " +
  "célébration céleri cellule cépage cerf cerfeuil cerise certificat chalet chalumeau chambranle chamois chance chandelier chanterelle chapeau chapelet " +
  "chapiteau charcutier charpente charrue châtaigne châtaignier chaton chaudière chaudron chauffeur chausson chemin cheminée chemise chéquier cheval " +
  "chevreuil chevron chicorée chiffre chignole chignon chiot chocolat chocolatier chorale chrysalide ciboulette cigale ciment cimenter cinéma cinquante " +
  "cintre circuler cirque citadelle citerne citoyen citron citronnier citrouille civil clafoutis clairière clairon clameur clarinette clavecin clavier " +
  "clef clémentine client climat climatiseur clinique cloche clonage cobalt cobra cocarde coccinelle coccolithe cocotte codifier coffre cognassier " +
  "cohésion coiffeuse coincer coing colère colibri colline colmater colombier colonnade comédie comète commerce compas composteur comptoir concert " +
  "concierge concombre confetti confiserie confiture conjonction consonne contact contralto contrebasse convexe copain coquelicot coquetier corbeille " +
  "cordage cordonnier cormoran cornemuse corniche corolle corpus correct cosmique cosmos costume coton couette coulisse couplet coupole couronne coussin " +
  "couturier couvercle covoiturage crabe cratère cravate crayon créditer crémaillère crème crémerie crépuscule cresson crevette cribler cricket " +
  "cristallin crocodile crocus croire croisière croissant crotale croûton crucial cubique cuillère cuisine cuisinier culminer cultivateur cultiver " +
  "cumuler curatif curcuma curiosité curseur cyclamen cyclisme cygne cylindre cymbale cyprès dactylo dahlia dalle damier danseur dauphin débutant décaler " +
  "décapotable décathlon décembre décider déclarer décoration décorer décrire décupler dédale défensif défiler dégivrer déjeuner délicatesse demander " +
  "demeurer demoiselle dentelle dentifrice dentiste déplacer destrier détourer devancer devenir diadème diagonale dialogue diamant diapason dictée dièse " +
  "différer digital diligence dimanche dimension dinosaure diorama dioxyde diplodocus diplomate directeur directif diriger discothèque discuter disposer " +
  "disque distillerie doigt domicile dominical domino donateur donjon dortoir dorure dosage dotation douanier dragon draisine drapeau droguerie " +
  "dromadaire druide dune duplexe durable durcir duvet dynastie ébène ébéniste éblouir échalote écharpe échelon éclair éclairage éclaircie éclipse écluse " +
  "école économie écorce écran écrémer écrevisse écrivain écureuil édifice édredon éduquer effectif effigie effusion égaliser églantine élaborer élan " +
  "élargir élastique électricien électron élégie éléphant élevage éligible élucider éluder emballage emballer embarcadère embellir embouchure émeraude " +
  "émetteur émission émotion émouvoir empereur employer emprise émulsion encadrer encens enchère encoche encrier endiguer enduire énergie enfance engager " +
  "engin englober engrenage énigme enjamber enlever enrichir enrobage ensemble ensoleillé entendre entourer entracte entrepôt énumérer enveloppe enviable " +
  "envoyer éolien épagneul épaissir épargne épatant éperon éphéméride épicéa épicerie épilogue épinard épisode éponge épopée époque épouvantail épreuve " +
  "éprouver équateur équilibre équipage équitation érable ériger ermitage érosion escabeau escabèche escalade escalier escargot escarpin escrime espadon " +
  "espadrille espèce espiègle espièglerie esplanade espoir esprit esquisse essayer essorer estafette esthétique estime estomac estrade estragon étagère " +
  "étain étalage étaler étang éteindre étendoir éternel éthanol étincelle étoffer étoile étonnant étrier étudiant eucalyptus euro évaluer éventail " +
  "évidence évier évolutif évoquer exact exagérer exaucer exceller exclusif excursion excuse exemple exercer exigence exister exotique explorer " +
  "exposition exprimer exquis extensif extraire fable fabliau fabrication fabrique fabuleux façade facile facteur facture faïence faisan falaise famille " +
  "fanfare fanion fantaisie farandole farine fasciner faucon fauteuil favori félicité félin fenêtre fennec fenouil féodal ferblantier ferme festival " +
  "feuillage feuille feuilleton février ficelle figue figuier figure filature filet filetage filière filigrane filtrer financer finir fixer flamme " +
  "flanelle fléchette flexion floraison flore fluctuer fluorescent flûte fluvial folklore fondation fonderie fongible fontaine forestier forêt forgeron " +
  "formulaire forteresse fortune fougasse fougère fouiller foulard fourchette fourmi fournil fraise fraisier framboise framboisier franchir frangipane " +
  "frégate fréquence friable friandise fripier fromage fromagerie frontal fuchsia funambule funiculaire fuseau futur gabarit galaxie galipette gambader " +
  "garage garantir garderie gardien gargouille garnir garniture gazelle géant gélatine générosité genévrier genou gentiane gentil géographe géologie " +
  "géométrie géranium gerbera germination gestuel geyser gibier gingembre girafe girofle girouette glaçon glaïeul glisser glorieux glycérine goéland golf " +
  "gondole gondolier gonfler gorgée gouache gouda goudron gouttière gouvernail goyave graduel graffiti graminée grappin gratitude gratuit gravure grelot " +
  "grenadine grenat grenier grenouille grignoteur grimper griotte groseille grutier guépard guichet guichetier guimauve guirlande guitare guitariste " +
  "gymnase gymnastique habitude haltère hamac hamster handball harfang haricotier harmonica harmonie hélice hélicoptère hélium hémisphère herbier " +
  "herbivore hérisson hermine hiberner hibou hiéroglyphe hilarant hippocampe hirondeau hirondelle histoire historien hiver homard homéopathe homogène " +
  "honorer horizontal horloge horlogerie hortensia hospitalité hôtel hublot huile huître humain humble hyacinthe hydravion hydrogène hygiène hymne " +
  "hyperbole idylle igloo iguane illusion image imagination imiter immobile immuable impérial implorer imprimerie imprimeur improviste incliner incolore " +
  "indexer inexact infini infinitif infirmier informer ingénieur initiale innocent inscrire insolite inspecteur inspirer instinct instituteur instrument " +
  "intact intense interprète inventaire inviter iris irréel isoler itinéraire ivoire jaguar jaillir jambon janvier jardin jardinage jardinier jarretière " +
  "jasmin jaune javelot jeudi jeunesse joaillier jockey joindre jonc jonglerie jongleur journal journaliste jovial joyeux jubilé judo juillet jumelle " +
  "junior justice kaki kangourou karaté kayak kermesse ketchup kilomètre kimono kiosque kiwi koala label laboratoire labour labyrinthe lacet lactose " +
  "lagon lagune laitage lama lambris lampadaire lampion langage langouste langue lanterneau latitude laurier lavabo lavande lavandière lavoir lecture " +
  "légende légume léopard lessiveuse lettre lettrine levure lexique lézard liasse libellule librairie licence licorne liège lièvre ligature ligoter lilas " +
  "limite limonade limonaire lingot linoléum lionceau lionne lister litchi lithium littoral livret locataire locomotive loggia logiciel logique lointain " +
  "loisir longitude losange lotissement louve loyal lucide luisant lumignon luminaire lundi lunette lupin luron luthier luxueux luzerne lyre macadamia " +
  "macaron machine machiniste madrigal magasin magazine magnolia maintien maison maisonnette majorette majuscule malaxer mammifère mandarine mandater " +
  "mandoline maniable manivelle manquant manteau manufacture maquette maquillage maracas maraîcher marathon marchand marécage marelle margarine " +
  "marguerite marinade marionnette maritime marmelade marmite maroquin marron marronnier marsouin marteau marteler martinet mascotte massepain massif " +
  "matelas matériau matière mauve maximal mécanicien mécanisme médaillon médecin médiathèque meilleur mélèze mélodie mélodrame mémoire ménagerie menhir " +
  "menuet menuisier mercredi meringue merisier merle merveille mésange messager métaphore météore métier métro métronome métropole miauler microphone " +
  "microscope miette migrer milan mimique mimosa minéral miniature minimal minorer minuscule minute minuterie mirabelle miracle miroir miroiter mitaine " +
  "mixte moderne moelleux moineau moisson moissonneur molécule mollusque mondial moniteur monocle monologue monotone montagnard montagne monument " +
  "mosaïque moteur motif moufle moulin moulinet mousse moustache moutarde mouton mouvement muesli muffin muguet mulot multicolore multiple murier murmure " +
  "muscle muséum musicienne musique mutation myosotis myriade myrtillier nacre nageoire narcisse natation nature nautique navet navigateur navire " +
  "nébuleux nécropole nectar nectarine négocier neige nénuphar nettoyer neurone nickel nitrate niveau noble nocturne noisetier noisette nombreux normatif " +
  "notable notoire nougat nouille nourrir nourriture novateur novembre novice noyer nuage nuancier numéro nuque nutritif oasis obélisque objectif " +
  "observer obtenir obturer ocarina occasion océan octave octobre octroyer octupler oculaire odyssée officine offrir oléagineux olive oliveraie olivier " +
  "ombrage ombrelle omelette onctueux onduler onirique opaline opaque opéra opinion opportun opter opticien optique oranger orangerie orbite orchestre " +
  "orchidée ordinateur ordonner oreiller organe organiste orgeat origan originalité orme ornement orthographe osciller osmose ostinato ourlet ourson " +
  "ouverture ouvrage ovation oxygène ozone paillasson paille paisible palace palissade palmeraie palmier palourde pancarte pangolin panier panorama " +
  "panthère pantomime pantoufle papeterie papillon papoter papyrus paquebot parachute paragraphe parallèle parapluie parasol paravent parchemin " +
  "parenthèse parfum parfumerie parler parmesan parsemer partager parterre participe parure parvenir passerelle pastel pastille pastourelle patinage " +
  "patinoire pâtisserie pâtissier patron pâturage pavoiser paysage paysagiste pédalo peinture pelage pélargonium pélican pelleteuse pelouse pendentif " +
  "pendule pénéplaine péniche pensif pensionnat pentathlon péplum perceuse percussion perdrix pergola périscope perroquet persienne persil perspective " +
  "pervenche pétrolier pétunia peuple peuplier pharaon philatélie philosophe photographe physicien physique pianiste piano pictural pilier pimprenelle " +
  "pingpong pintade pipeau pipistrelle pirogue piscine pissenlit pistache pistachier pivoine pivoter pixel placard plafond plaisir planétarium planète " +
  "planisphère plantation plaque plastron platane plâtre pleurote plexus plombier plongée plongeoir plumage plume poêle poésie poinçonneur poireau " +
  "poirier pois poissonnier poivron polka polygone pomelo pommier pompadour ponctualité pondérer popcorn porcelaine porche porridge portail portillon " +
  "portrait position potage poterie potiron poudre poudrier pourboire pourpre prairie praline pratique précieux préfixe prélude prénom présence primevère " +
  "printanier prisme problème procéder procession prodige programme progrès projecteur prologue promenade propre prospectus prospère protocole provençal " +
  "proverbe prudence prune prunelle prunier psychologue public pulsar puma pupille pupitre purifier pyramide quadrillage quatuor quenelle quetsche " +
  "quiétude quinoa quitter quotient racine raclette radiateur radieux radiologue radis rafale ragondin raifort rainette raisin raisinade ralentir " +
  "rallonge rambarde rame ramoneur randonnée ratatouille ravioli rayonnage réactif réagir réaliser récif récital réclamer récolteur recruter recueil " +
  "reculer recycler rédaction rédiger redouter réfectoire référence reflet réflexe réformer refrain région registre réglage réglisse réitérer rejouer " +
  "relatif relever relief remonter remorque remplir remuer renaissance renoncule renvoi répertoire répétition reporter reprise république réséda réserve " +
  "réservoir résineux respect restaurant résultat réunion rhapsodie rhinocéros richesse ricochet rideau risotto ritournelle rituel rivage rivière robinet " +
  "rocaille rocher romance romarin ronce rosace roseau rosier rossignol rotatif rotin rotor rotule roucoulade roulotte routine royaume ruban rugby " +
  "ruisseau ruisselet rustique sablier sacoche safari safran sagesse salamandre salopette salsifis samedi sandale sandwich sapin sapinière sarbacane " +
  "sarcelle sardine sarrasin satellite saucisson saule saumon saumure saupoudreur savane savon savonnette saxophone saynète scaphandre scarabée scarole " +
  "scénario schéma science scrutin sculpteur sculpture sécable secrétaire secrétariat seigle seigneur séjour sélectif sellier sémaphore semelle séminaire " +
  "sénateur sensible septuor séquence séquoia sérénade sergent sérieux serpolet serrure serrurier serviette sésame siffleur signature silence silhouette " +
  "silicium sillage simplicité sittelle skieur slalom social sodium soigneux soixante soleil solfège soliste solitude soluble somnambule sonate songeur " +
  "soprano sorbet sorbetière sosie souche soucoupe soupape soupière souvenance spacieux spaghetti spatial spatule spécial spectacle spectateur spirale " +
  "sprint stable staccato stade station statue sténographe stéréo sternum stimulus store strict strophe studieux styliste sublime substrat subtil succès " +
  "sucre suffixe sulfate superbe surface surfeur suricate surprise suspension symbolique sympathie symphonie synapse syntaxe système tableau tabouret " +
  "talisman tamaris tambour tangible tanière tapioca tapisserie tarentelle tartinade tasseau tatami tatouage teckel télégramme téléphone télescope " +
  "télésiège télévision témoin température tempo temporel tennis ténor terrarium terrasse terrier territoire texte théâtre théière théorème théorie " +
  "thermomètre thermos thorax thym tibia tigre tilleul timbre tirage tisane tisserand toboggan toccata toiture tolérant tomate tondeuse tonique tonneau " +
  "topaze topinambour topographe toponyme torrent torsade tortue totem toupie tourelle touriste tournage tournedos tournesol tournevis tourterelle " +
  "tracteur traction traduction traîneau trajectoire trampoline tramway tranchoir transport trapèze travail traverse trèfle tremplin trésor tréteau " +
  "triage triangle triathlon tribord tribune tricorne tricycle trilogie trimestre triomphe triporteur triton troène trolleybus trombone trompette tronc " +
  "tronçon tropical troubadour truelle tubercule tulipe tulipier tunnel turban turbine turquoise tutu tuyau ukulélé ultime ultrason unanime union univers " +
  "université uranium urbain urbanisme usage usuel utopie vacance vacancier vaillant valable valériane vallon vannerie varech vaudeville vedette végétal " +
  "végétation véhicule veinard véloce velours vendange vendredi ventilateur véranda vermicelle vertu verveine vestiaire vétéran vétérinaire viaduc " +
  "vibraphone vidéo vignoble vinaigrette violon violoniste virement virgule virtuose visage vital vitrage vitrail vitrine vivace vocabulaire vocation " +
  "voilier voilure volaille volant voltige volubilis volume vortex voyageur voyelle wagonnet xylophone yaourt yoga zèbre zéphyr zigzag zinnia zoologie"
).split(" "));
