// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What a call of `gradus tune` or `gradus worker` tells in the end.
struct StudyReport {
  let desk: StudyDesk
  let seconds: Double

  init(_ desk: StudyDesk, seconds: Double) {
    self.desk = desk
    self.seconds = seconds
    best = desk.record.map { record in record.best.map { record.trials[$0] } } ?? []
  }

  private var record: StudyRecord? { desk.record }

  /// The best trials: one, or all that nothing dominates.
  private let best: [TrialRecord]

  var hasSolution: Bool { !best.isEmpty }

  private func count(_ state: TrialState) -> Int { (record?.trials ?? []).count { $0.state == state } }

  func text(_ ending: StudyWork.Ending) -> String {
    var lines: [String] = []
    let plan = desk.plan
    switch ending {
    case .done(let reason): lines.append("\(plan.name): \(reason)")
    case .stopped: lines.append("\(plan.name): stopped; call again to go on")
    }
    var counts = [Numbers.counted(count(.complete), "complete trial")]
    if count(.pruned) > 0 { counts.append("\(count(.pruned)) pruned") }
    if count(.failed) > 0 { counts.append("\(count(.failed)) failed") }
    if count(.waiting) > 0 { counts.append("\(count(.waiting)) waiting") }
    lines.append("  \(counts.joined(separator: ", ")) in \(desk.storage.name), by \(desk.suggester.method.name)")
    guard let record else { return lines.joined(separator: "\n") + "\n" }
    if best.isEmpty { lines.append("  no trial was complete and kept the constraints") }
    for trial in best.prefix(10) {
      let values = zip(plan.objectives, trial.values).map { "\($0.name) \(Numbers.short($1))" }.joined(separator: ", ")
      lines.append("  best: trial \(trial.number), \(values)")
      for member in record.values(of: trial) {
        lines.append("    \(member.name) = \(member.value.text ?? member.value.description)")
      }
    }
    if best.count > 10 { lines.append("  … and \(best.count - 10) more of the front: gradus study best") }
    return lines.joined(separator: "\n") + "\n"
  }

  func json(_ ending: StudyWork.Ending, adding members: [JSONValue.Member] = []) -> String {
    let stopped: JSONValue =
      switch ending {
      case .done(let reason): ["kind": "done", "reason": .string(reason)]
      case .stopped: ["kind": "interrupt", "reason": "stopped; call again to go on"]
      }
    let trials = best.map { trial -> JSONValue in
      [
        "trial": .integer(trial.number), "values": JSONValue(numbers: trial.values),
        "parameters": .object(record?.values(of: trial) ?? []),
      ]
    }
    let document: JSONValue = [
      "schema": "gradus.tune/1", "version": .string(gradusVersion), "study": .string(desk.plan.name),
      "storage": .string(desk.storage.name), "seed": JSONValue(desk.plan.seed), "seconds": .number(seconds),
      "method": ["name": .string(desk.suggester.method.name), "reasons": JSONValue(strings: desk.suggester.reasons)],
      "trials": [
        "complete": .integer(count(.complete)), "pruned": .integer(count(.pruned)), "failed": .integer(count(.failed)),
        "waiting": .integer(count(.waiting)), "running": .integer(count(.running)),
      ],
      "best": desk.plan.objectives.count == 1 ? trials.first ?? .null : .array(trials), "stopped": stopped,
    ]
    return JSONValue.object((document.members ?? []) + members).description + "\n"
  }
}
