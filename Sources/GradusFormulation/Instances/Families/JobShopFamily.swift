// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min end  s.t.  start_jb ≥ start_ja + duration_ja for consecutive machines a, b of job j,  end ≥ start_jm + duration_jm,
/// and for two jobs j, k on machine m, with M the sum of all durations:
/// start_jm + duration_jm ≤ start_km + M·(1 − first_jkm),  start_km + duration_km ≤ start_jm + M·first_jkm
///
/// Doing one job after the other is feasible and ends at M; end ≥ 0.
struct JobShopFamily: DrawnFamily {
  let name = "job-shop"

  let settings = [
    StorySetting(
      ["JOB": StoryNames.products, "MACHINE": StoryNames.machines],
      ["who": "A workshop", "JOB": "order", "jobs": "orders", "MACHINE": "machine", "machines": "machines"]),
    StorySetting(
      [
        "JOB": StoryNames.persons,
        "MACHINE": ["reception", "laboratory", "imaging", "surgery", "therapy", "cardiology"],
      ],
      ["who": "A clinic", "JOB": "patient", "jobs": "patients", "MACHINE": "station", "machines": "stations"]),
    StorySetting(
      ["JOB": StoryNames.cargo, "MACHINE": ["crane", "scanner", "scale", "wrapper", "gate", "lift"]],
      ["who": "A terminal", "JOB": "load", "jobs": "loads", "MACHINE": "post", "machines": "posts"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    let shape = InstanceShape.near(size, 2...12, 2...8, aspect: 2, tolerance: 0, &stream) { j, m in
      j * m + m * j * (j - 1) / 2 + 1
    }
    let jobs = story.names("JOB", shape.rows, &stream), machines = story.names("MACHINE", shape.columns, &stream)
    var steps: [[String]] = [], pairs: [[String]] = []
    for (k, job) in jobs.enumerated() {
      let route = stream.permutation(machines.count).map { machines[$0] }
      for (a, b) in zip(route, route.dropFirst()) { steps.append([job, a, b]) }
      for other in jobs.dropFirst(k + 1) { pairs.append([job, other]) }
    }
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("JOB", jobs), .init("MACHINE", machines), .init("STEP", tuples: steps), .init("PAIR", tuples: pairs),
    ]
    model.declare("duration", over: ["JOB", "MACHINE"], unit: "h")
    model.variables = [
      .init("start", over: ["JOB", "MACHINE"], lower: "0", unit: "h"), .init("end", lower: "0", unit: "h"),
      .init("before", over: ["PAIR", "MACHINE"], kind: .binary),
    ]
    model.objective = "end"
    let all = "(sum(q in JOB, r in MACHINE) duration[q,r])"
    model.constraints = [
      .init("route", for: "(j, a, b) in STEP", "start[j,b] >= start[j,a] + duration[j,a]"),
      .init("finish", for: "j in JOB, m in MACHINE", "end >= start[j,m] + duration[j,m]"),
      .init(
        "ahead", for: "(j, k) in PAIR, m in MACHINE",
        "start[j,m] + duration[j,m] <= start[k,m] + \(all) * (1 - before[j,k,m])"),
      .init(
        "behind", for: "(j, k) in PAIR, m in MACHINE",
        "start[k,m] + duration[k,m] <= start[j,m] + \(all) * before[j,k,m]"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let count = model.size("JOB") * model.size("MACHINE")
    model.put("duration", stream.wholes(count, 1, 5 + Int(15 * difficulty)))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) has \(t.size("JOB")) \(s["jobs"]) that all pass through \(t.list("MACHINE")).",
      "At \(s["who"].lowercased()) the \(s["jobs"]) \(t.list("JOB")) go through \(t.size("MACHINE")) "
        + "\(s["machines"]), each in its own order.",
      "\(s["who"]) decides when each of its \(s["jobs"]) is at each of the \(s["machines"]) \(t.list("MACHINE")).")
    t.data(
      [("duration", "duration")], "How long each \(s["JOB"]) takes at each \(s["MACHINE"])",
      "The times, by \(s["JOB"]) and \(s["MACHINE"])", "Every \(s["JOB"]) occupies each \(s["MACHINE"]) for")
    let routes = Self.routes(t.model)
    t.say(
      "The order for each \(s["JOB"]) is fixed: \(routes).",
      "Each \(s["JOB"]) must keep to its own sequence: \(routes).",
      "These are the routes, which cannot be changed: \(routes).")
    t.say(
      "A \(s["MACHINE"]) handles one \(s["JOB"]) at a time, and nothing that has begun is interrupted.",
      "No two \(s["jobs"]) can be at the same \(s["MACHINE"]) at once, and each stays until it is done.",
      "At each \(s["MACHINE"]) the \(s["jobs"]) follow one another without overlap and without breaks within one; "
        + "the order is to be chosen."
    )
    t.say(
      "Work begins at time zero; times need not be whole hours. The last one should be finished as early as possible.",
      "Everything is ready at time zero. When, at the earliest, can all be finished? Any point in time may be chosen.",
      "Choose the starting times, from zero on and not necessarily whole, so that the end of the whole is earliest.")
  }

  private static func routes(_ model: FiveElementStatement) -> String {
    let steps = model.elements("STEP").filter { $0.count == 3 }
    return model.elements("JOB").compactMap(\.first).map { job in
      let own = steps.filter { $0[0] == job }
      let route = (own.first.map { [$0[1]] } ?? []) + own.map { $0[2] }
      return "\(job) goes to \(route.joined(separator: ", then "))"
    }.joined(separator: "; ")
  }
}
