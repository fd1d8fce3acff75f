// The words of the verification code (R23): short, common, and different enough
// in sound that none is mistaken for another on a bad connection. Their order is
// part of the code: a change makes two versions of the page disagree.

/** 256 words, so that one byte selects one. */
export const words = Object.freeze((
  "abeille abricot acier agneau aiguille airelle album algue amande ananas ancre anneau arbre ardoise argile armoire " +
  "asperge atelier avion avocat azur bagage baleine bambou banane barque basket bateau berger beurre bijou biscuit " +
  "bison blouson bocal bonnet bottine bougie boulon bouquet bouton branche brioche brouette buffle bureau cabane cactus " +
  "cadran caillou calcul camion canapé canard caramel carotte carton casque castor cerise chalet chapeau chardon " +
  "chemise cheval chocolat cigale ciment cirque citron clavier cloche cobalt coffre colline compas concert copain corail " +
  "costume coton coussin crabe crayon crocus cuillère cuisine cyprès dauphin dentelle désert diamant dimanche domino dragon " +
  "drapeau écharpe éclair école écluse écran écureuil église éléphant émeraude encrier éponge escalier étoile fable façade " +
  "falaise famille faucon fauteuil fenêtre ferme feuille ficelle figue flamme flocon flûte fontaine forêt fougère foulard " +
  "fourmi fraise fromage fusée galaxie galet gant garage gâteau gazelle genou girafe glaçon gorille gourde grange grelot " +
  "grenade grillon guitare hamac hanche haricot herbe hérisson hibou hirondelle horloge huître igloo image iris ivoire " +
  "jambon jardin jeudi jongleur journal jumelle jupon kayak kiwi koala lagune lampe langue lavande légume léopard lettre " +
  "lézard lilas limace lionne lundi lunette machine magie maison mandarine manteau marbre marron matelas melon menthe merle " +
  "miroir montagne moulin muguet musique navet neige noisette nuage oasis océan olive ombrelle orange orchidée oreiller " +
  "otarie panier papillon parfum pelote perroquet phare piano pigeon planète poireau pommier poterie prairie prune puzzle " +
  "quartz radis raisin rivière robinet rocher royaume ruban sable sapin saumon savon sirop soleil tambour " +
  "tigre tilleul tomate toupie tracteur trésor tulipe valise vanille velours verger village violon voilier zèbre"
).split(" "));
