// SPDX-License-Identifier: Apache-2.0

/// The same value, whose cotangent somebody reads and overwrites.
///
/// The tangent is that of the identity: a hook that changes the cotangent makes the way back something else than the
/// transpose of the derivative, on purpose. Gradients of gradients differentiate what the hook does.
struct CotangentHook: TensorOperation {
  let hook: @Sendable (TracedTensor) -> TracedTensor
  var name: String { "cotangent hook" }
  var keepsInputs: Bool { false }
  var keepsOutput: Bool { false }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor { inputs[0] }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let changed = hook(g)
    guard changed.shape == g.shape else {
      return at.send(
        at.tape.apply(
          Rejected(
            error: .shapes(
              operation: name, g.shape, changed.shape, reason: "what takes the place of a cotangent has its shape")), g),
        to: 0)
    }
    at.send(changed, to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? { tangents[0] }
}

extension TracedTensor {
  /// This value by a name, at which `TensorTape.onValue` reads and overwrites it; without a hook the value itself, at no
  /// cost. For layers that want to be watched.
  public func tapped(_ name: String) -> TracedTensor {
    guard let hook = tape.valueHooks[name] else { return self }
    return tape.replaced(self, name, by: hook)
  }

  /// The same value; a cotangent that comes back is shown to `hook`, and what that returns goes on in its place.
  ///
  /// Several users of this value are added up before the hook hears of them, as long as they use the result. Forward mode
  /// passes as if the hook were not there.
  public func onCotangent(_ hook: @escaping @Sendable (TracedTensor) -> TracedTensor) -> TracedTensor {
    tape.apply(CotangentHook(hook: hook), self)
  }
}
