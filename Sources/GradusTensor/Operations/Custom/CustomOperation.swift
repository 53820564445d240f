// SPDX-License-Identifier: Apache-2.0

/// An operation whose value and pullback the caller gives.
struct CustomOperation: TensorOperation {
  let name: String
  private let rule: CustomRule

  init(_ name: String, _ rule: CustomRule) {
    self.name = name
    self.rule = rule
  }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    do {
      return try rule.primal((0..<inputs.count).map { inputs[$0] })
    } catch let error as TensorError {
      throw error
    } catch {
      throw .failed(operation: name, reason: String(describing: error))
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let inputs = at.inputs
    let shares = rule.pullback(g, inputs, at.output)
    precondition(
      shares.count == inputs.count, "the pullback of \(name) returned \(shares.count) shares for \(inputs.count) inputs"
    )
    for (position, share) in shares.enumerated() {
      guard let share, at.needs(position) else { continue }
      at.send(share, to: position)
    }
  }
}

/// What the caller of `custom` gave.
final class CustomRule: Sendable {
  let primal: @Sendable ([Tensor]) throws -> Tensor
  let pullback: @Sendable (TracedTensor, [TracedTensor], TracedTensor) -> [TracedTensor?]

  init(
    _ primal: @escaping @Sendable ([Tensor]) throws -> Tensor,
    _ pullback: @escaping @Sendable (TracedTensor, [TracedTensor], TracedTensor) -> [TracedTensor?]
  ) {
    self.primal = primal
    self.pullback = pullback
  }
}

extension TensorTape {
  /// An operation of the caller's: its value from the inputs' values, and its pullback u, inputs, output ↦ (J₁ᵀu, J₂ᵀu, …)
  /// in terms of operations on the tape, nil where nothing flows.
  ///
  /// The pullback is differentiated like any operation, so higher derivatives and forward mode come for nothing. It serves
  /// for solvers (implicit differentiation) and for derivatives by decree (straight-through estimates).
  public func custom(
    _ name: String, _ inputs: [TracedTensor], primal: @escaping @Sendable ([Tensor]) throws -> Tensor,
    pullback:
      @escaping @Sendable (_ cotangent: TracedTensor, _ inputs: [TracedTensor], _ output: TracedTensor) ->
      [TracedTensor?]
  ) -> TracedTensor {
    apply(CustomOperation(name, CustomRule(primal, pullback)), all: inputs)
  }
}
