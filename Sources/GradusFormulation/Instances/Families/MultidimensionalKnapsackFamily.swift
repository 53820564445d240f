// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusModeling
internal import GradusNumerics

/// max Σᵢ valueᵢ·takeᵢ  s.t.  Σᵢ use_ri·takeᵢ ≤ capacity_r for each resource r,  take ∈ {0, 1}ⁿ
///
/// Taking nothing is feasible, and n binary variables bound the value.
struct MultidimensionalKnapsackFamily: DrawnFamily {
  let name = "multidimensional-knapsack"

  let settings = [
    StorySetting(
      ["ITEM": StoryNames.projects, "RESOURCE": ["cash", "cranes", "crews", "concrete", "permits"]],
      ["who": "A city", "do": "build", "ITEM": "project", "items": "projects", "RESOURCE": "resource"]),
    StorySetting(
      ["ITEM": StoryNames.courses, "RESOURCE": ["rooms", "hours", "teachers", "laptops", "books"]],
      ["who": "A school", "do": "offer", "ITEM": "course", "items": "courses", "RESOURCE": "resource"]),
    StorySetting(
      ["ITEM": StoryNames.treasures, "RESOURCE": ["guards", "lights", "floor", "insurance", "showcases"]],
      ["who": "A gallery", "do": "show", "ITEM": "exhibit", "items": "exhibits", "RESOURCE": "resource"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name, sense: .maximize)
    model.sets = [
      .init("ITEM", story.names("ITEM", max(2, size), &stream)),
      .init("RESOURCE", story.names("RESOURCE", min(5, 2 + size / 15), &stream)),
    ]
    model.declare("value", over: ["ITEM"])
    model.declare("consumption", over: ["ITEM", "RESOURCE"])
    model.declare("available", over: ["RESOURCE"])
    model.variables = [.init("take", over: ["ITEM"], kind: .binary)]
    model.objective = "sum(i in ITEM) value[i] * take[i]"
    model.constraints = [
      .init("limit", for: "r in RESOURCE", "sum(i in ITEM) consumption[i,r] * take[i] <= available[r]")
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = model.size("ITEM"), m = model.size("RESOURCE")
    let uses = stream.wholes(n * m, 2, 40)
    var values: [Double] = []
    for i in 0..<n {
      let mean = uses[(i * m)..<(i * m + m)].reduce(0, +) / Double(max(1, m))
      values.append(
        ((1 - difficulty) * stream.uniform(5, 90) + difficulty * (2 * mean + stream.uniform(4, 10))).rounded())
    }
    model.put("consumption", uses)
    model.put("value", values)
    model.put(
      "available",
      (0..<m).map { r in
        let column = (0..<n).map { uses[$0 * m + r] }
        return max(column.max() ?? 1, (column.reduce(0, +) * stream.uniform(0.35, 0.6)).rounded())
      })
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) wants to know which \(s["items"]) to \(s["do"]).",
      "\(s["who"]) cannot \(s["do"]) all of its \(t.size("ITEM")) \(s["items"]) and must choose.",
      "\(s["who"]) has to decide for every \(s["ITEM"]) whether to \(s["do"]) it or not.")
    t.data(
      [("value", "benefit")], "The benefit of each \(s["ITEM"]) in points", "In points of benefit they bring",
      "Their benefits, in points, are")
    t.data(
      [("consumption", "need")], "What each \(s["ITEM"]) needs of each resource",
      "The \(s["items"]) use up resources as follows", "The needs of the \(s["items"]) for the resources")
    t.data(
      [("available", "amount")], "Of the resources there are", "The available amounts are",
      "No more than these amounts can be used in total")
    t.say(
      "A \(s["ITEM"]) counts wholly or not at all.", "Parts of a \(s["ITEM"]) are of no use: it is yes or no for each.",
      "Every \(s["ITEM"]) is chosen entirely or dropped.")
    t.say(
      "No resource may be used beyond what there is, and the total benefit should be greatest.",
      "Choose the greatest total benefit that the available resources allow.",
      "Maximize the benefit points in total, and stay within the available amount of every resource.")
  }
}
