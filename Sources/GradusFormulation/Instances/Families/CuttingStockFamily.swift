// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵣ usedᵣ  s.t.  Σᵣ cutᵢᵣ ≥ demandᵢ,  Σᵢ widthᵢ·cutᵢᵣ ≤ length·usedᵣ,  cut ∈ ℕ₀,  used binary
///
/// The demands are what a plan drawn first cuts, so that plan is feasible; the number of rolls bounds the objective.
struct CuttingStockFamily: DrawnFamily {
  let name = "cutting-stock"

  let settings = [
    StorySetting(
      ["PIECE": StoryNames.products, "ROLL": ["board_"]],
      ["who": "A joiner", "PIECE": "part", "pieces": "parts", "ROLL": "board", "rolls": "boards"]),
    StorySetting(
      ["PIECE": StoryNames.townsA, "ROLL": ["reel_"]],
      ["who": "A paper mill", "PIECE": "customer strip", "pieces": "customer strips", "ROLL": "reel", "rolls": "reels"]),
    StorySetting(
      ["PIECE": StoryNames.projects, "ROLL": ["bar_"]],
      ["who": "A steel trader", "PIECE": "rod", "pieces": "rods", "ROLL": "bar", "rolls": "bars"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...16, 2...20, aspect: 2, &stream) { k, r in k * r + r }
    let stem = story.names("ROLL", 1, &stream).first ?? "roll_"
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("PIECE", story.names("PIECE", shape.rows, &stream)),
      .init("ROLL", (1...shape.columns).map { "\(stem)\($0)" }),
    ]
    model.declare("width", over: ["PIECE"], unit: "cm")
    model.declare("demand", over: ["PIECE"])
    model.declare("length", unit: "cm")
    model.variables = [
      .init("cut", over: ["PIECE", "ROLL"], kind: .integer, lower: "0"), .init("used", over: ["ROLL"], kind: .binary),
    ]
    model.objective = "sum(r in ROLL) used[r]"
    model.constraints = [
      .init("ordered", for: "p in PIECE", "sum(r in ROLL) cut[p,r] >= demand[p]"),
      .init("fits", for: "r in ROLL", "sum(p in PIECE) width[p] * cut[p,r] <= length * used[r]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let k = model.size("PIECE"), r = max(1, model.size("ROLL"))
    let length = 10 * stream.whole(20, 60)
    // Two pieces fit on any roll, and there are at most two kinds a roll, so each kind is cut at least once.
    let widths = (0..<k).map { _ in (length * stream.uniform(0.15, 0.5)).rounded(.down) }
    var demand = [Double](repeating: 1, count: k)
    var rest = [Double](repeating: length, count: r)
    for p in 0..<k { rest[p % r] -= widths[p] }
    for roll in 0..<r where stream.uniform() < 0.3 + 0.5 * difficulty {
      for p in stream.permutation(k) where rest[roll] >= widths[p] {
        rest[roll] -= widths[p]
        demand[p] += 1
      }
    }
    model.put("length", length)
    model.put("width", widths)
    model.put("demand", demand)
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) cuts \(s["pieces"]) from \(s["rolls"]) that are \(t.number("length")) long.",
      "\(s["who"]) has \(s["rolls"]) of \(t.number("length")) and cuts \(s["pieces"]) from them.",
      "From \(s["rolls"]), each \(t.number("length")) in length, \(s["who"].lowercased()) cuts \(s["pieces"]).")
    t.data(
      [("width", "length of one"), ("demand", "number ordered")],
      "The \(s["pieces"]), how long one is and how many are ordered",
      "For every kind of \(s["PIECE"]), the length of one and the number needed at least", "The orders")
    t.say(
      "There are \(t.size("ROLL")) \(s["rolls"]) at hand: \(t.list("ROLL")).",
      "At most the \(s["rolls"]) \(t.list("ROLL")) can be used.", "In stock are \(t.list("ROLL")), all alike.")
    t.say(
      "The lengths cut from a \(s["ROLL"]) cannot add up to more than it has, and waste in cutting is neglected.",
      "On each \(s["ROLL"]) the \(s["pieces"]) must fit side by side, whatever is left over.",
      "No \(s["ROLL"]) gives more than its length.")
    t.say(
      "From each \(s["ROLL"]) a whole number of every kind is cut, zero or more; making more than ordered is allowed.",
      "Numbers cut are whole and not negative, and each order must be met or exceeded.",
      "Every order has to be filled, with spare ones if need be, and nothing but whole \(s["pieces"]) counts.")
    t.say(
      "As few \(s["rolls"]) as possible should be cut into.", "How many \(s["rolls"]) are needed at least?",
      "Use the smallest number of \(s["rolls"]).")
  }
}
