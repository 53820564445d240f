// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTrace

/// Asks for code until it is accepted; what was wrong with it is shown, with the code itself.
///
///     earlier = none;   repeat at most `attempts` times:  code = writer(inputs, earlier);  accepted, or  earlier += code, error
///
/// Code is text to everybody but `accept`, which reads it or runs it in the MiniVM.
struct CodeDialogue: Sendable {
  /// A call whose only output is the code, and whose last input is `earlier`.
  var writer: Predictor
  var attempts: Int

  /// What a writer is shown of its earlier attempts.
  static let earlier = Signature.Field("earlier", purpose: "earlier attempts, and what was wrong with them")

  private enum Trial<V: Sendable>: Sendable, CustomStringConvertible {
    case accepted(V)
    case refused(code: String, error: PredictionFault)

    /// As an advisor is shown it.
    var description: String {
      switch self {
      case .accepted(let value): "\(value)"
      case .refused(let code, let error): "\(code)\nrefused: \(error)"
      }
    }
  }

  /// What `accept` makes of the first code that it does not refuse. Each attempt is a node of the trace; when all are refused, the
  /// last refusal is the value of the node.
  func accepted<V: Sendable>(
    _ operation: String, _ inputs: [(name: String, value: Traced<String>)], in run: WorkflowTrace,
    asking model: any ModelService, _ accept: (String) throws(PredictionFault) -> V
  ) async throws(WorkflowError) -> Traced<V> {
    var earlier = run.input(Self.earlier.name, "None yet.")
    var last = earlier.id
    for number in 1...max(1, attempts) {
      let said = try await writer.predict(inputs + [(Self.earlier.name, earlier)], in: run, asking: model)
      let field = writer.signature.outputs[0].name
      let trial: Traced<Trial<V>> = run.call("try", [said.id]) {
        let text = try said.value.text(field)
        let code = (JSONFinder.block(in: text) ?? text).trimmed
        do { return .accepted(try accept(code)) } catch let error as PredictionFault {
          return .refused(code: code, error: error)
        }
      }
      last = trial.id
      let before = earlier
      guard case .refused? = try? trial.value else { break }
      earlier = run.call("earlier", [before.id, trial.id]) {
        guard case .refused(let code, let error) = try trial.value else { return try before.value }
        let told = "\(number).\n<code>\n\(code)\n</code>\n<error>\(error)</error>"
        return number == 1 ? told : try before.value + "\n" + told
      }
    }
    return run.call(operation, [last]) {
      switch try Traced<Trial<V>>(id: last, recorder: run.recorder).value {
      case .accepted(let value): return value
      case .refused(_, let error): throw error
      }
    }
  }
}
