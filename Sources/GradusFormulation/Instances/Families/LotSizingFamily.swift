// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σ setupₚ·beginₚₜ + unitₚ·makeₚₜ + holdₚ·storeₚₜ
/// s.t.  storeₚ,ₜ₋₁ + makeₚₜ = demandₚₜ + storeₚₜ,  Σₚ makeₚₜ ≤ capacity,  makeₚₜ ≤ (Σₛ demandₚₛ)·beginₚₜ
///
/// The capacity covers the demand of every single period, so making each demand when it is due is feasible; costs are positive.
struct LotSizingFamily: DrawnFamily {
  let name = "lot-sizing"

  let settings = [
    StorySetting(
      ["PRODUCT": StoryNames.products],
      ["who": "A furniture maker", "PRODUCT": "product", "products": "products", "PERIOD": "week", "line": "workshop"]),
    StorySetting(
      ["PRODUCT": StoryNames.drinks],
      ["who": "A bottler", "PRODUCT": "drink", "products": "drinks", "PERIOD": "month", "line": "filling line"]),
    StorySetting(
      ["PRODUCT": StoryNames.foods],
      ["who": "A food company", "PRODUCT": "product", "products": "products", "PERIOD": "day", "line": "packing line"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 1...20, 3...40, aspect: 6, &stream) { 3 * $0 * $1 }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("PRODUCT", story.names("PRODUCT", shape.rows, &stream)),
      .init("PERIOD", (1...shape.columns).map { "\($0)" }),
    ]
    model.declare("demand", over: ["PRODUCT", "PERIOD"], unit: "unit")
    model.declare("setup", over: ["PRODUCT"], unit: "$")
    model.declare("price", over: ["PRODUCT"], unit: "$/unit")
    model.declare("holding", over: ["PRODUCT"], unit: "$/unit")
    model.declare("capacity", unit: "unit")
    let over = ["PRODUCT", "PERIOD"]
    model.variables = [
      .init("make", over: over, lower: "0", unit: "unit"), .init("store", over: over, lower: "0", unit: "unit"),
      .init("begin", over: over, kind: .binary),
    ]
    model.objective =
      "sum(p in PRODUCT, t in PERIOD) (setup[p] * begin[p,t] + price[p] * make[p,t] + holding[p] * store[p,t])"
    model.constraints = [
      .init("first", for: "p in PRODUCT", "make[p,1] == demand[p,1] + store[p,1]"),
      .init(
        "balance", for: "p in PRODUCT, t in PERIOD where t > 1",
        "store[p,t-1] + make[p,t] == demand[p,t] + store[p,t]"),
      .init("limit", for: "t in PERIOD", "sum(p in PRODUCT) make[p,t] <= capacity"),
      .init(
        "ready", for: "p in PRODUCT, t in PERIOD", "make[p,t] <= (sum(s in PERIOD) demand[p,s]) * begin[p,t]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let m = model.size("PRODUCT"), n = model.size("PERIOD")
    let demand = stream.wholes(m * n, 10, 90)
    let peak = (0..<n).map { t in (0..<m).reduce(0) { $0 + demand[$1 * n + t] } }.max() ?? 1
    model.put("demand", demand)
    model.put("capacity", (peak * (1.9 - 0.8 * difficulty)).rounded(.up))
    model.put("setup", (0..<m).map { _ in 10 * stream.whole(10, 60) })
    model.put("price", stream.tenths(m, 2, 20))
    model.put("holding", stream.tenths(m, 0.5, 4))
  }

  func tell(_ t: inout Telling) {
    let s = t.story, period = s["PERIOD"]
    t.say(
      "\(s["who"]) plans \(t.size("PERIOD")) \(period)s, numbered from 1, for \(t.list("PRODUCT")).",
      "For each of the next \(t.size("PERIOD")) \(period)s, \(s["who"].lowercased()) decides how much to make and to "
        + "store of \(t.list("PRODUCT")).",
      "\(s["who"]) sets up its \(s["line"]) for \(t.list("PRODUCT")) over \(t.size("PERIOD")) \(period)s.")
    t.data(
      [("demand", "demand")], "The demand of each \(period), which must be met in full",
      "What has to be delivered, by \(period)", "Orders for each \(s["PRODUCT"]) in every \(period)")
    t.data(
      [("setup", "setting up"), ("price", "making one unit"), ("holding", "storing one unit")],
      "The costs of setting up, of making a unit, and of storing a unit from one \(period) to the next",
      "For each \(s["PRODUCT"]), what a set-up, a unit made and a unit in store at the end of a \(period) cost",
      "Costs of set-ups, production and storage")
    t.say(
      "All \(s["products"]) together cannot exceed \(t.number("capacity")) made in a \(period).",
      "In one \(period) the \(s["line"]) makes at most \(t.number("capacity")), counted over all \(s["products"]).",
      "The \(s["line"]) has room for \(t.number("capacity")) per \(period) in total.")
    t.say(
      "A \(s["PRODUCT"]) can be made in a \(period) only if the \(s["line"]) is set up for it in that \(period), and "
        + "the set-up is paid each time, whatever the amount.",
      "Whoever makes any amount of a \(s["PRODUCT"]) in a \(period) pays its set-up in full for that \(period).",
      "For each \(s["PRODUCT"]) and \(period) there is a set-up or none; without it nothing of that \(s["PRODUCT"]) can be made."
    )
    t.say(
      "There is no stock in the beginning, and what is not delivered stays in store for later.",
      "The store is empty at first; what is made early is kept until it is needed.",
      "At the start nothing lies in store, and a surplus is carried over to the next \(period).")
    t.say(
      "Amounts may be fractions but never negative. The total cost should be least.",
      "Find the plan of least total cost, in which amounts made and stored are zero or more, not necessarily whole.",
      "All costs together are to be as low as possible; amounts are not negative and can be split at will.")
  }
}
