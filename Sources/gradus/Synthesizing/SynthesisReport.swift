// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage

/// What became of all draws, those of earlier calls too, as text and as JSON.
struct SynthesisReport {
  let output: String
  let count: Int
  let draws: [SynthesisJournal.Draw]
  /// Why the run ended before its end.
  let failure: ModelFailure?

  var drawn: Int { draws.count }
  var accepted: Int { draws.count { $0.ending.isAccepted } }

  private func number(_ ending: TrainingPair.Ending) -> Int { draws.count { $0.ending == ending } }
  private var seen: [TrainingPair.Ending] { TrainingPair.Ending.allCases.filter { number($0) > 0 } }

  /// `told 93, unsolved 7`
  var endings: String { seen.map { "\($0.rawValue) \(number($0))" }.joined(separator: ", ") }

  private var failures: [SynthesisJournal.Draw] { draws.filter { $0.ending == .failed } }

  var text: String {
    var lines = failures.prefix(10).map { FormulationReport.plain("\($0.id): \($0.message ?? "")") }
    if failures.count > lines.count { lines.append("and \(failures.count - lines.count) more that failed") }
    if drawn < count { lines.append("drawn: \(drawn) of \(count)") }
    lines.append("accepted: \(FormulationBenchmark.share(WilsonInterval(accepted, of: drawn))) in \(output)")
    if !endings.isEmpty { lines.append("endings: \(endings)") }
    return lines.joined(separator: "\n") + "\n"
  }

  func json(_ use: JSONValue, seed: UInt64) -> JSONValue {
    [
      "schema": "gradus.synthesis/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "output": .string(output), "count": .integer(count), "drawn": .integer(drawn), "accepted": .integer(accepted),
      "acceptance": FormulationBenchmark.json(WilsonInterval(accepted, of: drawn)),
      "endings": .object(seen.map { .init($0.rawValue, .integer(number($0))) }),
      "failures": .array(failures.map { ["id": .string($0.id), "message": JSONValue($0.message)] }),
      "stopped": JSONValue(failure.map { "\($0)" }), "use": use,
    ]
  }
}
