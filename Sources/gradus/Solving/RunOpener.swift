// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Puts a method to work on a subject: forms, oracles and start, brought together.
struct RunOpener {
  let subject: Subject
  let request: SolveRequest
  let entry: MethodEntry
  let settings: [(name: String, value: String)]

  func open(_ checkpoint: Checkpoint?) throws -> any ErasedRun {
    switch subject.content {
    case .named(let problem): return try entry.open(named(problem, checkpoint))
    case .form: throw Failure(.failed, "\(subject.argument) cannot be solved yet: no method takes problem files")
    }
  }

  private func named(_ problem: NamedProblem, _ checkpoint: Checkpoint?) throws -> RunRequest {
    var forms = problem.forms
    if let path = request.start {
      let start = try StartFile.point(path, names: subject.columnNames)
      forms = forms.map { Self.moved($0, to: start) }
    }
    var oracles: [any Sendable] = [problem.oracle]
    if request.finiteDerivatives, let values = problem.oracle as? any ZerothOrderOracle<Vector> {
      // The differences come first: whoever asks for them does not want the exact derivatives.
      oracles.insert(FiniteDifferences(values, domain: nil), at: 0)
    }
    return RunRequest(
      problems: forms, oracles: oracles, judge: problem.oracle, settings: settings, seed: request.seed,
      resuming: checkpoint)
  }

  /// The same problem with another start; classes without a start stay as they are.
  private static func moved(_ form: any Sendable, to start: Vector) -> any Sendable {
    switch form {
    case var form as Unconstrained:
      form.start = start
      return form
    case var form as LeastSquares:
      form.start = start
      return form
    case var form as BoxConstrained:
      form.start = form.domain.projection(of: start)
      return form
    default: return form
    }
  }
}
