// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusModeling
internal import GradusNumerics

/// max Σ_k price_k·(Σₚ send_pk + Σₛ bypass_sk) − Σₛ costₛ·(Σₚ feed_sp + Σ_k bypass_sk)
/// s.t.  Σₛ feed_sp = Σ_k send_pk,  Σₛ sulfurₛ·feed_sp = levelₚ·Σ_k send_pk,
/// Σₚ levelₚ·send_pk + Σₛ sulfurₛ·bypass_sk ≤ limit_k·(amount of k),  least_k ≤ amount of k ≤ most_k,  amounts of s ≤ stockₛ
///
/// The first source is cleaner than every product demands and covers all least amounts by itself; amounts have bounds. Levels times
/// amounts are bilinear, so there can be several local optima.
struct PoolingFamily: DrawnFamily {
  let name = "pooling"

  let settings = [
    StorySetting(
      [
        "SOURCE": StoryNames.crudes, "POOL": ["tank_"],
        "PRODUCT": ["petrol", "naphtha", "kerosene", "bunker", "heating"],
      ],
      [
        "who": "A refinery", "SOURCE": "crude", "sources": "crudes", "what": "sulfur", "pool": "tank",
        "PRODUCT": "fuel",
      ]),
    StorySetting(
      ["SOURCE": StoryNames.islands, "POOL": ["basin_"], "PRODUCT": StoryNames.townsA],
      ["who": "A waterworks", "SOURCE": "well", "sources": "wells", "what": "salt", "pool": "basin", "PRODUCT": "town"]),
    StorySetting(
      ["SOURCE": StoryNames.oils, "POOL": ["vat_"], "PRODUCT": StoryNames.drinks],
      [
        "who": "A flavour house", "SOURCE": "extract", "sources": "extracts", "what": "bitterness", "pool": "vat",
        "PRODUCT": "essence",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let pools = size < 25 ? 1 : 2
    let shape = InstanceShape.near(size, 2...20, 2...20, aspect: 2, &stream) { s, k in pools * (s + k + 1) + s * k }
    let stem = story.names("POOL", 1, &stream).first ?? "pool_"
    var model = FiveElementStatement(name: name, sense: .maximize)
    model.sets = [
      .init("SOURCE", story.names("SOURCE", shape.rows, &stream)), .init("POOL", (1...pools).map { "\(stem)\($0)" }),
      .init("PRODUCT", story.names("PRODUCT", shape.columns, &stream)),
    ]
    model.declare("cost", over: ["SOURCE"], unit: "$/t")
    model.declare("sulfur", over: ["SOURCE"], unit: "percent")
    model.declare("stock", over: ["SOURCE"], unit: "t")
    model.declare("price", over: ["PRODUCT"], unit: "$/t")
    model.declare("limit", over: ["PRODUCT"], unit: "percent")
    model.declare("least", over: ["PRODUCT"], unit: "t")
    model.declare("most", over: ["PRODUCT"], unit: "t")
    model.variables = [
      .init("feed", over: ["SOURCE", "POOL"], lower: "0", upper: "stock[s]", unit: "t", indices: ["s", "p"]),
      .init("send", over: ["POOL", "PRODUCT"], lower: "0", upper: "most[k]", unit: "t", indices: ["p", "k"]),
      .init("bypass", over: ["SOURCE", "PRODUCT"], lower: "0", upper: "stock[s]", unit: "t", indices: ["s", "k"]),
      .init(
        "level", over: ["POOL"], lower: "min(s in SOURCE) sulfur[s]", upper: "max(s in SOURCE) sulfur[s]",
        unit: "percent"),
    ]
    let made = "(sum(p in POOL) send[p,k] + sum(s in SOURCE) bypass[s,k])"
    let drawn = "(sum(p in POOL) feed[s,p] + sum(k in PRODUCT) bypass[s,k])"
    model.objective = "sum(k in PRODUCT) price[k] * \(made) - sum(s in SOURCE) cost[s] * \(drawn)"
    model.constraints = [
      .init("through", for: "p in POOL", "sum(s in SOURCE) feed[s,p] == sum(k in PRODUCT) send[p,k]"),
      .init(
        "mixed", for: "p in POOL",
        "sum(s in SOURCE) sulfur[s] * feed[s,p] == level[p] * sum(k in PRODUCT) send[p,k]"),
      .init(
        "clean", for: "k in PRODUCT",
        "sum(p in POOL) level[p] * send[p,k] + sum(s in SOURCE) sulfur[s] * bypass[s,k] <= limit[k] * \(made)"),
      .init(
        "sold", for: "k in PRODUCT", "least[k] <= sum(p in POOL) send[p,k] + sum(s in SOURCE) bypass[s,k] <= most[k]"),
      .init("bought", for: "s in SOURCE", "sum(p in POOL) feed[s,p] + sum(k in PRODUCT) bypass[s,k] <= stock[s]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let m = model.size("SOURCE"), n = model.size("PRODUCT")
    let least = stream.wholes(n, 5, 20)
    let clean = stream.tenth(0.3, 0.9)
    model.put("least", least)
    model.put("most", least.map { $0 + stream.whole(20, 80) })
    model.put("limit", stream.tenths(n, 1.2, 3 - 0.8 * difficulty))
    // The first source is clean and dear.
    model.put("sulfur", (0..<m).map { $0 == 0 ? clean : stream.tenth(1, 4) })
    model.put("cost", (0..<m).map { $0 == 0 ? stream.whole(14, 18) : stream.whole(4, 12) })
    model.put("price", stream.wholes(n, 10, 20))
    model.put(
      "stock", (0..<m).map { $0 == 0 ? least.reduce(0, +) + stream.whole(20, 100) : stream.whole(40, 150) })
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) blends \(t.size("SOURCE")) \(s["sources"]) for \(t.list("PRODUCT")).",
      "\(s["who"]) buys \(s["sources"]), mixes some of them in \(t.list("POOL")), and supplies \(t.list("PRODUCT")).",
      "From \(t.list("SOURCE")), \(s["who"].lowercased()) makes what it sells to, or as, \(t.list("PRODUCT")).")
    t.data(
      [("cost", "cost"), ("sulfur", s["what"]), ("stock", "stock")],
      "The \(s["sources"]), with cost, \(s["what"]) and the most that can be bought",
      "What each \(s["SOURCE"]) costs, how much \(s["what"]) it has, and how much of it there is",
      "For every \(s["SOURCE"]): cost, \(s["what"]) and stock, which cannot be exceeded")
    t.data(
      [("price", "price"), ("limit", "most \(s["what"])"), ("least", "least amount"), ("most", "greatest amount")],
      "For each \(s["PRODUCT"]), the price, the most \(s["what"]) allowed, and the least and the greatest amount",
      "Every \(s["PRODUCT"]) has a price, a limit for \(s["what"]) and limits for the amount",
      "What every \(s["PRODUCT"]) brings, and what limits it has")
    t.say(
      "Any \(s["SOURCE"]) can go into a \(s["pool"]) (\(t.list("POOL"))), which mixes all that comes into it, or directly "
        + "to any \(s["PRODUCT"]).",
      "Each \(s["SOURCE"]) may be fed to a \(s["pool"]) (\(t.list("POOL"))), in part or wholly, where it is mixed "
        + "with what else is fed to the "
        + "same one, or go straight to a \(s["PRODUCT"]).",
      "There are two ways: through a \(s["pool"]), namely \(t.list("POOL")), each of which blends everything fed into it, and "
        + "straight from a \(s["SOURCE"]) to a \(s["PRODUCT"]).")
    t.say(
      "What leaves a \(s["pool"]) is what came in, and its \(s["what"]) is the mean of that, weighted by amounts; a "
        + "\(s["pool"]) can supply every \(s["PRODUCT"]).",
      "A \(s["pool"]) keeps nothing, all that leaves it has the same average \(s["what"]), and it can go to every \(s["PRODUCT"]).",
      "In a \(s["pool"]) amounts add up and \(s["what"]) averages out by amount; from there it goes to any "
        + "\(s["PRODUCT"]), without loss."
    )
    t.say(
      "The average \(s["what"]) of all that reaches a \(s["PRODUCT"]) must not exceed its limit.",
      "For every \(s["PRODUCT"]), \(s["what"]) averaged over everything in it stays within the limit.",
      "No \(s["PRODUCT"]) may have more \(s["what"]) on average than it is allowed.")
    t.say(
      "Amounts are not negative and can be fractions. Income less cost should be greatest.",
      "Find the amounts, zero or more and not necessarily whole, for which the profit is greatest.",
      "How is most earned, sales minus purchases? Any amounts that are not negative will do.")
  }
}
