// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σ_b used_b  s.t.  Σ_b put_ib = 1,  Σᵢ sizeᵢ·put_ib ≤ capacity·used_b,  put, used binary
///
/// The capacity exceeds the greatest load of a packing drawn first, which is feasible therefore.
struct BinPackingFamily: DrawnFamily {
  let name = "bin-packing"

  let settings = [
    StorySetting(
      ["ITEM": StoryNames.cargo, "BIN": ["truck_"]],
      ["who": "A forwarder", "ITEM": "consignment", "items": "consignments", "BIN": "truck", "bins": "trucks"]),
    StorySetting(
      ["ITEM": StoryNames.treasures, "BIN": ["crate_"]],
      ["who": "An auction house", "ITEM": "piece", "items": "pieces", "BIN": "crate", "bins": "crates"]),
    StorySetting(
      ["ITEM": StoryNames.camping, "BIN": ["locker_"]],
      ["who": "A sports shop", "ITEM": "article", "items": "articles", "BIN": "locker", "bins": "lockers"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...40, 2...20, aspect: 4, &stream) { n, b in n < b ? 0 : n * b + b }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("ITEM", story.names("ITEM", max(shape.rows, shape.columns), &stream)),
      .init("BIN", (1...shape.columns).map { "\(story["BIN"])_\($0)" }),
    ]
    model.declare("weight", over: ["ITEM"], unit: "kg")
    model.declare("capacity", unit: "kg")
    model.variables = [
      .init("put", over: ["ITEM", "BIN"], kind: .binary), .init("used", over: ["BIN"], kind: .binary),
    ]
    model.objective = "sum(b in BIN) used[b]"
    model.constraints = [
      .init("placed", for: "i in ITEM", "sum(b in BIN) put[i,b] == 1"),
      .init("room", for: "b in BIN", "sum(i in ITEM) weight[i] * put[i,b] <= capacity * used[b]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = model.size("ITEM"), b = max(1, model.size("BIN"))
    let weights = stream.wholes(n, 10, 60)
    var loads = [Double](repeating: 0, count: b)
    for (k, i) in stream.permutation(n).enumerated() { loads[k % b] += weights[i] }
    model.put("weight", weights)
    model.put("capacity", ((loads.max() ?? 1) * (1.6 - 0.5 * difficulty)).rounded(.up))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) stows \(t.size("ITEM")) \(s["items"]) in \(s["bins"]) that are all alike.",
      "\(s["who"]) has up to \(t.size("BIN")) equal \(s["bins"]) for its \(s["items"]).",
      "\(s["who"]) wants to use few \(s["bins"]) for \(t.size("ITEM")) \(s["items"]).")
    t.data(
      [("weight", "weight")], "The weights of the \(s["items"])", "Each \(s["ITEM"]) weighs", "They weigh")
    t.say(
      "The \(s["bins"]) at hand are \(t.list("BIN")), and each holds at most \(t.number("capacity")).",
      "There are \(t.list("BIN")); none may be loaded with more than \(t.number("capacity")).",
      "At most \(t.number("capacity")) fit into any one of \(t.list("BIN")).")
    t.say(
      "Every \(s["ITEM"]) goes as a whole into exactly one \(s["BIN"]).",
      "No \(s["ITEM"]) is divided or left behind: each has one \(s["BIN"]).",
      "For each \(s["ITEM"]) one \(s["BIN"]) must be chosen, and \(s["items"]) cannot be split.")
    t.say(
      "As few \(s["bins"]) as possible should be used.", "What is the least number of \(s["bins"]) in use?",
      "Minimize the number of \(s["bins"]) that hold anything.")
  }
}
