// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusFormulation
import GradusLanguage

/// `gradus formulate --plan`: a request for steps in time, or for a choice, as a plan that was carried out.
struct FormulationPlan {
  let answer: PlanningAnswer
  let count: ModelMeter.Count
  let seed: UInt64
  let seconds: Double

  /// Asks, compiles, solves, and carries the steps out on the facts of the document, by code that shares nothing with the compiler.
  static func find(_ request: String, _ formulator: Formulator, _ service: any ModelService) async throws
    -> PlanningAnswer
  {
    let pipeline = PlanningPipeline(asking: service, executor: formulator.executor, rounds: formulator.rounds + 1)
    return try await pipeline.answer(request, seed: formulator.seed) { answer in
      guard case .steps(let problem)? = answer.document else { return nil }
      do throws(PlanningError) {
        return try PlanSimulator(problem).run(answer.plan).fault
      } catch { return "\(error)" }
    }
  }

  private var isSolved: Bool { answer.fault == nil && answer.objective != nil }

  /// The steps or the numbers, what they cost, and what is wrong.
  var text: String {
    var lines = answer.text.isEmpty ? [] : [answer.text]
    if let objective = answer.objective {
      if case .steps = answer.document {
        lines.append("a shortest plan, carried out step by step: \(Numbers.counted(answer.plan.count, "step"))")
      } else {
        lines.append("objective: \(Numbers.short(objective, digits: 10))")
      }
    }
    if let fault = answer.fault { lines.append("wrong: \(FormulationReport.plain(fault))") }
    lines.append("\(Numbers.counted(answer.rounds, "answer")), \(Numbers.counted(count.calls, "call"))")
    return lines.joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    [
      "schema": "gradus.plan/1", "version": .string(gradusVersion), "seed": JSONValue(seed),
      "seconds": .number(seconds), "outcome": .string(isSolved ? "solved" : "unsettled"),
      "steps": JSONValue(strings: answer.plan),
      "values": .object(answer.values.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value)) }),
      "objective": JSONValue(answer.objective), "fault": JSONValue(answer.fault), "rounds": .integer(answer.rounds),
      "definition": .string(answer.definition), "document": answer.document?.json ?? .null, "use": count.json,
    ]
  }

  /// Why there is no plan; nil where there is one.
  var complaint: String? {
    guard !isSolved else { return nil }
    return
      "no plan was settled: \(FormulationReport.plain(answer.fault ?? "no answer")); say what the text leaves open, or allow more --rounds"
  }
}
