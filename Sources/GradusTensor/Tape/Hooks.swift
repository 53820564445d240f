// SPDX-License-Identifier: Apache-2.0

/// Activations and cotangents read and overwritten on the way.
///
/// A hook for values is a function of traced tensors: what it returns takes the place of what it was shown for everything
/// that follows. Its operations are recorded like any other, so derivatives obey the chain rule: `{ $0 }` reads;
/// `{ $0 + direction * 2 }` steers and passes derivatives on unchanged; a constant cuts the tensor off from what came
/// before, whose derivatives through here are zero; `{ $0 + (constant - $0).stopGradient() }` has the constant's value and
/// passes derivatives on as if nothing had happened. Values must keep their shape.
extension TensorTape {
  /// A function of a value that returns what takes its place.
  public typealias Hook = (TracedTensor) throws -> TracedTensor

  /// Calls `hook` with every value that is `tapped` by this name from now on; nil calls it off.
  public func onValue(_ name: String, _ hook: Hook?) { valueHooks[name] = hook }

  /// Calls `hook` with the name and the value of every operation that is carried out from now on, except by a hook; nil
  /// calls it off. On the way back it is called for nothing.
  public func onOperation(_ hook: ((_ operation: String, _ value: TracedTensor) throws -> TracedTensor)?) {
    operationHook = hook
  }

  /// What `hook` makes of `x`, or an error in its place.
  func replaced(_ x: TracedTensor, _ name: String, by hook: Hook) -> TracedTensor {
    let outer = operationHook
    operationHook = nil
    defer { operationHook = outer }
    do {
      let result = try hook(x)
      precondition(result.tape === self, "the hook of \(name) returned a value of another tape")
      guard result.shape == x.shape, result.precision == x.precision else {
        throw TensorError.shapes(
          operation: "hook of \(name)", x.shape, result.shape, reason: "what takes the place of a value has its shape")
      }
      return result
    } catch {
      let reason = error as? TensorError ?? .failed(operation: "hook of \(name)", reason: String(describing: error))
      return apply(Rejected(error: reason), x)
    }
  }
}
