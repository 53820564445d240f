// SPDX-License-Identifier: Apache-2.0

/// Names from which the elements of sets are drawn. One word each, without figures at the end.
enum StoryNames {
  static let camping = words(
    "tent lamp stove blanket rope compass kettle radio jacket torch axe boots hammock flask binoculars umbrella")
  static let treasures = words(
    "vase statue painting coin mask sword tapestry clock violin globe crown chalice amulet harp mirror casket")
  static let cargo = words(
    "bicycles printers tyres carpets sofas heaters pumps ladders mowers drills freezers cameras pianos scooters pipes")
  static let projects = words(
    "bridge library harbour museum school stadium park clinic theatre tunnel market garden archive pier tower station")
  static let townsA = words(
    "Ashford Belton Carver Dunmore Elmsley Farrow Granby Holt Ilford Jarrow Kendal Lorne Marston Norwell Oakham Penrith"
  )
  static let townsB = words(
    "Quarley Ripon Selby Tarrow Upton Verwood Wexham Yarrow Zeal Bramley Corby Denholm Exton Fenwick Garstang Hadley")
  static let islands = words(
    "Arran Bute Coll Danna Eigg Fara Gigha Hoy Islay Jura Kerrera Lewis Mull Noss Orsay Pabay Rum Skye Tiree Ulva")
  static let persons = words(
    "Anna Ben Carla David Elena Felix Grace Hugo Iris Jonas Kira Leo Mara Nils Olga Paul Rosa Sven Tina Uwe Vera Walter"
  )
  static let tasks = words(
    "painting wiring tiling roofing plumbing glazing paving fencing cleaning testing packing sorting welding carving")
  static let courses = words(
    "algebra biology chemistry drama ethics French geography history Italian Latin music physics Russian Spanish")
  static let foods = words(
    "rice beans bread cheese apples lentils milk oats eggs tofu carrots spinach nuts pasta fish yoghurt potatoes")
  static let nutrients = words("protein iron calcium fibre zinc magnesium potassium folate")
  static let machines = words("saw lathe drill press oven mill grinder welder cutter mixer painter packer")
  static let metals = words(
    "scrap ore ingots wire plate foil turnings sponge pellets billets shot slab rods chips powder")
  static let oils = words(
    "canola olive palm sesame soy sunflower peanut cotton walnut almond linseed coconut hemp rapeseed")
  static let crudes = words("Brent Dubai Urals Forties Oseberg Minas Tapis Bonny Isthmus Maya Murban Ekofisk")
  static let funds = words(
    "timber shipping software farming mining energy retail banking transport pharma water telecom media housing steel tourism"
  )
  static let products = words("chairs tables shelves desks beds benches stools lamps cabinets doors frames boxes")
  static let drinks = words("cola lemonade cider tonic juice stout lager perry mead soda cordial punch")
  static let units = words("coal gas hydro nuclear biomass diesel solar tide geyser peat turbine boiler")
  static let depots = words("north south east west hill river lake forest valley coast meadow quarry")

  private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
