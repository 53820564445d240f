// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢ fixedᵢ·openᵢ + Σᵢⱼ costᵢⱼ·serveᵢⱼ  s.t.  Σᵢ serveᵢⱼ = demandⱼ,  Σⱼ serveᵢⱼ ≤ capacityᵢ·openᵢ,  serveᵢⱼ ≤ demandⱼ·openᵢ
///
/// All sites together hold more than all demands, so opening all is feasible; costs are positive.
struct FacilityLocationFamily: DrawnFamily {
  let name = "facility-location"

  let settings = [
    StorySetting(
      ["SITE": StoryNames.townsA, "CUSTOMER": StoryNames.townsB],
      ["who": "A retailer", "SITE": "warehouse", "sites": "warehouses", "CUSTOMER": "shop", "customers": "shops"]),
    StorySetting(
      ["SITE": StoryNames.depots, "CUSTOMER": StoryNames.islands],
      [
        "who": "A waterworks", "SITE": "desalination plant", "sites": "desalination plants", "CUSTOMER": "island",
        "customers": "islands",
      ]),
    StorySetting(
      ["SITE": StoryNames.townsB, "CUSTOMER": StoryNames.projects],
      [
        "who": "A builder", "SITE": "concrete works", "sites": "concrete works", "CUSTOMER": "building site",
        "customers": "building sites",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...40, 2...60, &stream) { $0 * ($1 + 1) }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("SITE", story.names("SITE", shape.rows, &stream)),
      .init("CUSTOMER", story.names("CUSTOMER", shape.columns, &stream)),
    ]
    model.declare("fixed", over: ["SITE"], unit: "$")
    model.declare("capacity", over: ["SITE"], unit: "t")
    model.declare("demand", over: ["CUSTOMER"], unit: "t")
    model.declare("cost", over: ["SITE", "CUSTOMER"], unit: "$/t")
    model.variables = [
      .init("open", over: ["SITE"], kind: .binary),
      .init("serve", over: ["SITE", "CUSTOMER"], lower: "0", unit: "t"),
    ]
    model.objective =
      "sum(i in SITE) fixed[i] * open[i] + sum(i in SITE, j in CUSTOMER) cost[i,j] * serve[i,j]"
    model.constraints = [
      .init("satisfied", for: "j in CUSTOMER", "sum(i in SITE) serve[i,j] == demand[j]"),
      .init("room", for: "i in SITE", "sum(j in CUSTOMER) serve[i,j] <= capacity[i] * open[i]"),
      .init("linked", for: "i in SITE, j in CUSTOMER", "serve[i,j] <= demand[j] * open[i]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let m = model.size("SITE"), n = model.size("CUSTOMER")
    let demand = stream.wholes(n, 5, 40)
    let wanted = demand.reduce(0, +) * (3 - 1.4 * difficulty)
    let parts = (0..<m).map { _ in stream.uniform(0.6, 1.4) }
    let whole = parts.reduce(0, +)
    model.put("demand", demand)
    model.put("capacity", parts.map { (wanted * $0 / whole).rounded(.up) })
    model.put("fixed", (0..<m).map { _ in 10 * stream.whole(30, 200) })
    model.put("cost", stream.wholes(m * n, 2, 60))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) can open \(s["sites"]) at \(t.list("SITE")).",
      "\(s["who"]) looks for the best \(s["sites"]) among \(t.size("SITE")) places.",
      "\(s["who"]) decides which \(s["sites"]) to open and which \(s["CUSTOMER"]) gets how much from each.")
    t.data(
      [("fixed", "cost of opening"), ("capacity", "capacity")],
      "Opening costs once, and an open one can deliver at most",
      "What it costs to open each \(s["SITE"]), and how much it can deliver then",
      "For each place, the cost of opening and the capacity")
    t.data(
      [("demand", "demand")], "The \(s["customers"]) need exactly",
      "What must be delivered to the \(s["customers"]), in full",
      "Every \(s["CUSTOMER"]) has to receive just this")
    t.data(
      [("cost", "cost")], "Delivery from each place to each \(s["CUSTOMER"]) costs",
      "The rates for deliveries, by place and \(s["CUSTOMER"])",
      "What a ton costs on its way from place to \(s["CUSTOMER"])")
    t.say(
      "A place is opened or not; a closed one delivers nothing.",
      "Nothing comes from a place that is not opened, and half an opening does not exist.",
      "Opening is a matter of yes or no, and only open places deliver.")
    t.say(
      "A \(s["CUSTOMER"]) may be served from several places, in any amounts that are not negative.",
      "Deliveries can be split among places and need not be whole tons, but are never negative.",
      "Amounts delivered are zero or more, and a demand can be shared among places.")
    t.say(
      "Opening and delivery together should cost as little as possible.",
      "Find the plan with the least sum of opening costs and delivery costs.", "What is the cheapest plan overall?")
  }
}
