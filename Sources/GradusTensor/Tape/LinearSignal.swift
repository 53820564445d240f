// SPDX-License-Identifier: Apache-2.0
import GradusTrace

/// One product with weights that all rows share, y = x·W (+ b), as a walk back met it.
///
/// The gradient of W is aᵀd, that of b the sum of the rows of d. Kronecker-factored curvature keeps aᵀa and dᵀd of each
/// product instead: for a loss that is a mean over n examples, n·d are the signals of single examples. Source: Martens and
/// Grosse, arXiv:1503.05671; for convolutions, whose rows are positions of the window, Grosse and Martens, arXiv:1602.01407.
public struct LinearSignal {
  /// The operation: `linear`, `linear relu`, `matmul` or `convolution`.
  public let operation: String
  /// W, or what it was made of on the tape: [in, out]; filters [out, channels, height, width] for a convolution.
  public let weights: TracedTensor
  /// b; nil where the operation has none.
  public let bias: TracedTensor?
  /// x as the operation took it, with whatever axes it had: what the rows were made of.
  public let input: TracedTensor
  /// a [rows, in].
  public let inputs: Tensor
  /// d [rows, out], behind the activation where the operation has one: the cotangent of x·W + b.
  public let cotangents: Tensor
}

/// The fast way back, which shows each product with shared weights.
struct WatchedGradients: DirectPropagator {
  let inner: EagerGradients
  let shared: [Bool]
  let watch: (LinearSignal) throws -> Void

  init(tape: TensorTape, upTo node: Int, _ watch: @escaping (LinearSignal) throws -> Void) {
    inner = EagerGradients(tape: tape)
    shared = tape.sharedNodes(upTo: node)
    self.watch = watch
  }

  func pass(
    _ note: consuming Cotangent, back node: Int, of recorder: Recorder, to shares: inout Shares<Cotangent>
  ) throws {
    if let cotangent = note.tensor, let signal = try signal(node, cotangent) { try watch(signal) }
    try inner.pass(note, back: node, of: recorder, to: &shares)
  }

  func retire(_ value: inout (any Sendable)?) { inner.retire(&value) }

  private func signal(_ node: Int, _ cotangent: Tensor) throws -> LinearSignal? {
    let tape = inner.tape, at = DerivativeContext(tape: tape, node: node)
    guard let operation = tape.operation(of: node), tape.inputCount(of: node) > 1, shared[tape.inputNode(1, of: node)],
      !shared[tape.inputNode(0, of: node)], let rows = try operation.rows(cotangent, at)
    else { return nil }
    return LinearSignal(
      operation: operation.name, weights: at.input(1), bias: at.inputs.count > 2 ? at.input(2) : nil,
      input: at.input(0), inputs: rows.inputs, cotangents: rows.cotangents)
  }
}

extension TensorOperation {
  /// Inputs and cotangents of a product with weights, row by row; nil for every other operation.
  fileprivate func rows(_ g: Tensor, _ at: DerivativeContext) throws -> (inputs: Tensor, cotangents: Tensor)? {
    let own = TensorTape(engine: at.tape.engine, isRecording: false)
    if let convolution = self as? Convolution {
      // Windows and positions of all images as rows: [n, window, positions] → [n·positions, window].
      let windows = own.apply(Unfold(geometry: convolution.geometry), own.constant(try at.input(0).value))
      let d = own.constant(g).reshaped([g.shape[0], g.shape[1], g.shape[2] * g.shape[3]])
      func rows(_ x: TracedTensor) -> TracedTensor {
        x.permuted([0, 2, 1]).reshaped([x.shape[0] * x.shape[2], x.shape[1]])
      }
      return (try rows(windows).value, try rows(d).value)
    }
    guard self is Linear || self is MatrixProduct, try at.input(1).value.shape.rank == 2 else { return nil }
    let a = own.constant(try at.input(0).value)
    var d = own.constant(g)
    if (self as? Linear)?.rectifies == true { d = d * own.constant(try at.output.value).step() }
    return (
      try a.reshaped([a.shape.count / max(1, a.shape[-1]), a.shape[-1]]).value,
      try d.reshaped([d.shape.count / max(1, d.shape[-1]), d.shape[-1]]).value
    )
  }
}

extension TensorTape {
  /// Which of the first nodes are made of parameters alone: what all examples share.
  ///
  /// Constants of one element belong to either side; larger ones are data, and so is whatever an operation with labels or
  /// token numbers gives.
  func sharedNodes(upTo last: Int) -> [Bool] {
    var shared = [Bool](repeating: false, count: last + 1), neutral = shared
    for node in 0...max(0, last) {
      let count = inputCount(of: node)
      if count == 0 {
        neutral[node] = !isParameter(node) && (tensor(node)?.count ?? 0) == 1
        shared[node] = isParameter(node)
        continue
      }
      guard let operation = operation(of: node), !operation.bringsExamples else { continue }
      let inputs = (0..<count).map { inputNode($0, of: node) }
      shared[node] = inputs.allSatisfy { shared[$0] || neutral[$0] } && inputs.contains { shared[$0] }
    }
    return shared
  }
}
