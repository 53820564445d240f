// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusModeling
internal import GradusNumerics

/// max Σᵢ valueᵢ·takeᵢ  s.t.  Σᵢ weightᵢ·takeᵢ ≤ capacity,  take ∈ {0, 1}ⁿ
///
/// Taking nothing is feasible, and n binary variables bound the value. Values follow weights more closely as `difficulty` grows.
struct KnapsackFamily: DrawnFamily {
  let name = "knapsack"

  let settings = [
    StorySetting(
      ["ITEM": StoryNames.camping], ["who": "A hiker", "box": "a rucksack", "ITEM": "item", "items": "items"]),
    StorySetting(
      ["ITEM": StoryNames.treasures], ["who": "A museum", "box": "a crate", "ITEM": "piece", "items": "pieces"]),
    StorySetting(["ITEM": StoryNames.cargo], ["who": "A haulier", "box": "a van", "ITEM": "lot", "items": "lots"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name, sense: .maximize)
    model.sets = [.init("ITEM", story.names("ITEM", max(2, size), &stream))]
    model.declare("value", over: ["ITEM"], unit: "$")
    model.declare("weight", over: ["ITEM"], unit: "kg")
    model.declare("capacity", unit: "kg")
    model.variables = [.init("take", over: ["ITEM"], kind: .binary)]
    model.objective = "sum(i in ITEM) value[i] * take[i]"
    model.constraints = [.init("load", "sum(i in ITEM) weight[i] * take[i] <= capacity")]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let weights = stream.wholes(model.size("ITEM"), 3, 60)
    let values = weights.map { w in
      ((1 - difficulty) * stream.uniform(5, 120) + difficulty * (1.5 * w + stream.uniform(8, 14))).rounded()
    }
    let total = weights.reduce(0, +)
    model.put("weight", weights)
    model.put("value", values)
    model.put("capacity", max(weights.max() ?? 1, (total * stream.uniform(0.3, 0.6)).rounded()))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) must choose which \(s["items"]) go into \(s["box"]).",
      "\(s["who"]) has \(s["box"]) and too many \(s["items"]) for it.",
      "There are \(t.size("ITEM")) \(s["items"]), and \(s["who"].lowercased()) can put only some of them into \(s["box"])."
    )
    t.data(
      [("value", "value"), ("weight", "weight")], "The \(s["items"]) with their values and weights",
      "What each \(s["ITEM"]) is worth and weighs", "Here are the worth and the weight of every \(s["ITEM"])")
    t.say(
      "Each \(s["ITEM"]) is either taken whole or left behind.",
      "No \(s["ITEM"]) can be divided, and there is one of each.",
      "For every \(s["ITEM"]) the answer is yes or no.")
    t.say(
      "Together they may weigh at most \(t.number("capacity")).",
      "The total weight must not exceed \(t.number("capacity")).",
      "No more than \(t.number("capacity")) can be carried.")
    t.say(
      "Which choice has the greatest total value?", "The total value should be as large as possible.",
      "Find the selection that is worth the most.")
  }
}
