// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σ distance_ij·drive_ij  s.t.  one arc into and one out of each customer,  Σⱼ drive_0j ≤ vehicles,
/// loadⱼ ≥ loadᵢ + demandⱼ − capacity·(1 − drive_ij) (Miller, Tucker, Zemlin),  demandᵢ ≤ loadᵢ ≤ capacity
///
/// The capacity is at least the greatest load of a partition among the vehicles drawn first; finitely many tours.
struct VehicleRoutingFamily: DrawnFamily {
  let name = "vehicle-routing"

  let settings = [
    StorySetting(
      ["HOME": ["depot", "warehouse"], "CUSTOMER": StoryNames.townsA],
      [
        "who": "A parcel service", "vehicle": "van", "vehicles": "vans", "CUSTOMER": "stop", "ARC": "way",
        "customers": "stops",
        "what": "parcels",
      ]),
    StorySetting(
      ["HOME": ["brewery", "cellar"], "CUSTOMER": StoryNames.projects],
      [
        "who": "A brewery", "vehicle": "lorry", "vehicles": "lorries", "CUSTOMER": "customer", "ARC": "way",
        "customers": "customers",
        "what": "kegs",
      ]),
    StorySetting(
      ["HOME": ["harbour", "pier"], "CUSTOMER": StoryNames.islands],
      [
        "who": "A supply office", "vehicle": "boat", "vehicles": "boats", "CUSTOMER": "island", "ARC": "way",
        "customers": "islands",
        "what": "crates",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    // n customers: n(n + 1) arcs and n loads.
    var n = 2
    while abs((n + 1) * (n + 3) - size) < abs(n * (n + 2) - size) { n += 1 }
    let home = story.names("HOME", 1, &stream), customers = story.names("CUSTOMER", n, &stream)
    let places = home + customers
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("HOME", home), .init("CUSTOMER", customers),
      .init("ARC", tuples: places.flatMap { a in places.filter { $0 != a }.map { [a, $0] } }),
    ]
    model.declare("distance", over: ["ARC"], unit: "km")
    model.declare("demand", over: ["CUSTOMER"])
    model.declare("capacity")
    model.declare("vehicles")
    model.variables = [
      .init("drive", over: ["ARC"], kind: .binary),
      .init("load", over: ["CUSTOMER"], lower: "demand[c]", upper: "capacity", indices: ["c"]),
    ]
    model.objective = "sum((a, b) in ARC) distance[a,b] * drive[a,b]"
    model.constraints = [
      .init("arrive", for: "c in CUSTOMER", "sum((a, b) in ARC where b == c) drive[a,b] == 1"),
      .init("leave", for: "c in CUSTOMER", "sum((a, b) in ARC where a == c) drive[a,b] == 1"),
      .init("fleet", for: "h in HOME", "sum((a, b) in ARC where a == h) drive[a,b] <= vehicles"),
      .init(
        "order", for: "i in CUSTOMER, j in CUSTOMER where i != j",
        "load[j] >= load[i] + demand[j] - capacity * (1 - drive[i,j])"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let customers = model.elements("CUSTOMER").compactMap(\.first)
    let n = customers.count
    let demand = stream.wholes(n, 2, 20)
    let vehicles = max(1, Int((Double(n) / 3).rounded(.up)))
    var loads = [Double](repeating: 0, count: vehicles)
    for (k, c) in stream.permutation(n).enumerated() { loads[k % vehicles] += demand[c] }
    model.put("demand", demand)
    model.put("vehicles", Double(vehicles))
    model.put("capacity", ((loads.max() ?? 1) * (1.5 - 0.4 * difficulty)).rounded(.up))
    let places = model.elements("HOME").compactMap(\.first) + customers
    var spots: [String: (x: Double, y: Double)] = [:]
    for place in places { spots[place] = (stream.uniform(0, 80), stream.uniform(0, 60)) }
    model.put(
      "distance",
      model.elements("ARC").map { arc in
        guard arc.count == 2, let a = spots[arc[0]], let b = spots[arc[1]] else { return 1 }
        return max(1, ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot().rounded())
      })
  }

  func tell(_ t: inout Telling) {
    let s = t.story, home = t.list("HOME")
    t.say(
      "\(s["who"]) brings \(s["what"]) from the \(home) to \(t.size("CUSTOMER")) \(s["customers"]).",
      "\(s["who"]) plans the tours of its \(s["vehicles"]) from the \(home) to \(t.list("CUSTOMER")).",
      "From the \(home), \(s["who"].lowercased()) must visit \(t.list("CUSTOMER")).")
    t.data(
      [("demand", "demand")], "The numbers of \(s["what"]) to be brought",
      "Each \(s["CUSTOMER"]) gets so many \(s["what"])",
      "The demands in \(s["what"])")
    t.data(
      [("distance", "distance")], "The distances", "How far it is from place to place",
      "The lengths of the ways between the places")
    t.say(
      "The number of \(s["vehicles"]) on tour is at most \(t.number("vehicles")), and each carries up to "
        + "\(t.number("capacity")) \(s["what"]).",
      "Not more than \(t.number("vehicles")) of the \(s["vehicles"]) can leave, with at most \(t.number("capacity")) "
        + "\(s["what"]) on each.",
      "A \(s["vehicle"]) holds \(t.number("capacity")) \(s["what"]), and the number of \(s["vehicles"]) is limited "
        + "to \(t.number("vehicles"))."
    )
    t.say(
      "Every \(s["CUSTOMER"]) is visited exactly once, by one \(s["vehicle"]).",
      "No \(s["CUSTOMER"]) may be left out, visited twice or shared among \(s["vehicles"]).",
      "Each \(s["CUSTOMER"]) gets all it needs in one single visit.")
    t.say(
      "Each tour begins and ends at the \(home) and makes one round.",
      "The \(s["vehicles"]) start at the \(home) and return there after one tour.",
      "All tours lead from the \(home) through some \(s["customers"]) back to the \(home).")
    t.say(
      "Which ways should be driven, yes or no for each, so that the total distance is least?",
      "The total distance driven is to be as short as possible.", "Find the tours of least total length.")
  }
}
