// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢⱼ costᵢⱼ·giveᵢⱼ  s.t.  every person has one task and every task one person,  give binary
///
/// Every permutation is feasible, and there are finitely many.
struct AssignmentFamily: DrawnFamily {
  let name = "assignment"

  let settings = [
    StorySetting(
      ["PERSON": StoryNames.persons, "TASK": StoryNames.tasks],
      ["who": "A foreman", "PERSON": "worker", "TASK": "job", "cost": "wage", "people": "workers", "tasks": "jobs"]),
    StorySetting(
      ["PERSON": StoryNames.islands, "TASK": StoryNames.cargo],
      ["who": "A harbour", "PERSON": "ferry", "TASK": "load", "cost": "fee", "people": "ferries", "tasks": "loads"]),
    StorySetting(
      ["PERSON": StoryNames.persons, "TASK": StoryNames.courses],
      [
        "who": "A school", "PERSON": "teacher", "TASK": "course", "cost": "pay", "people": "teachers",
        "tasks": "courses",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let n = max(2, Int(Double(size).squareRoot().rounded()))
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("PERSON", story.names("PERSON", n, &stream)), .init("TASK", story.names("TASK", n, &stream)),
    ]
    model.declare("cost", over: ["PERSON", "TASK"], unit: "$")
    model.variables = [.init("give", over: ["PERSON", "TASK"], kind: .binary)]
    model.objective = "sum(p in PERSON, t in TASK) cost[p,t] * give[p,t]"
    model.constraints = [
      .init("busy", for: "p in PERSON", "sum(t in TASK) give[p,t] == 1"),
      .init("done", for: "t in TASK", "sum(p in PERSON) give[p,t] == 1"),
    ]
    return model
  }

  /// Easy costs differ widely; hard ones hardly.
  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = model.size("PERSON") * model.size("TASK")
    model.put("cost", stream.wholes(n, 20, 40 + Int(160 * (1 - difficulty))))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) has \(t.size("PERSON")) \(s["people"]) for as many \(s["tasks"]).",
      "\(s["who"]) must give \(t.size("TASK")) \(s["tasks"]) to \(t.size("PERSON")) \(s["people"]).",
      "The \(s["people"]) are \(t.list("PERSON")), and the \(s["tasks"]) are \(t.list("TASK")).")
    t.data(
      [("cost", s["cost"])], "The \(s["cost"]) of each \(s["PERSON"]) for each \(s["TASK"])",
      "What it costs when a \(s["PERSON"]) takes a \(s["TASK"])", "The costs, by \(s["PERSON"]) and \(s["TASK"]), are")
    t.say(
      "Every \(s["PERSON"]) gets exactly one \(s["TASK"]).",
      "No \(s["PERSON"]) may be without a \(s["TASK"]) or have two.",
      "Each \(s["PERSON"]) takes one \(s["TASK"]), neither more nor less.")
    t.say(
      "Every \(s["TASK"]) goes to exactly one \(s["PERSON"]), undivided.",
      "Each \(s["TASK"]) is given to one \(s["PERSON"]) alone; sharing is not possible.",
      "No \(s["TASK"]) may be left over, shared or given twice.")
    t.say(
      "Who should do what so that the total cost is least?", "The sum of the costs is to be as small as possible.",
      "Find the cheapest way to do it.")
  }
}
