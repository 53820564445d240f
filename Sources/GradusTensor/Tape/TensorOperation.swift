// SPDX-License-Identifier: Apache-2.0

/// One row of the table of operations: how a value is computed and how derivatives pass it.
///
/// A primitive operation gives `forward` and a `pullback` in terms of recorded operations, which serves twice: carried out
/// at once it is the fast way back, recorded it can be differentiated again. A fused operation gives `forward`, a kernel
/// for the way back in `gradient`, and its `expansion` into primitives, from which everything of higher order follows.
/// `tangent` is optional: without it forward mode transposes the pullback once more, which is linear in its cotangent.
package protocol TensorOperation: Sendable {
  /// The field's name, for traces and messages.
  var name: String { get }
  /// Whether rules read the values of the inputs, and not their shapes alone.
  var keepsInputs: Bool { get }
  /// Whether rules read the value of the output, and not its shape alone.
  var keepsOutput: Bool { get }
  /// Whether it holds labels or token numbers of examples.
  var bringsExamples: Bool { get }
  /// The value for these inputs.
  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor
  /// Sends to the inputs what a cotangent `g` of the output means for them.
  func pullback(_ g: TracedTensor, _ at: DerivativeContext)
  /// The same by kernels on memory, not recorded; false when there are none.
  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool
  /// The tangent of the output; nil when there is no rule of its own.
  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor?
  /// The same value from simpler operations; nil for primitives.
  func expansion(_ inputs: [TracedTensor]) -> TracedTensor?
}

extension TensorOperation {
  package var keepsInputs: Bool { true }
  package var keepsOutput: Bool { true }
  package var bringsExamples: Bool { false }

  package func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let tape = at.tape, inputs = at.inputs
    guard tape.isRecording else { return expandedElsewhere(g, at) }
    guard let value = expansion(inputs) else { return }
    let wanted = inputs.indices.filter { at.needs($0) }
    let shares = tape.gradients(of: value, for: wanted.map { inputs[$0] }, cotangent: g, keeping: true)
    for (position, share) in zip(wanted, shares) { at.send(share, to: position) }
  }

  /// The way back through the expansion on a tape of its own, for fused operations without a kernel for it.
  private func expandedElsewhere(_ g: TracedTensor, _ at: DerivativeContext) {
    let inner = TensorTape(engine: at.tape.engine)
    do {
      var copies: [TracedTensor] = []
      for (position, input) in at.inputs.enumerated() {
        let value = try input.value
        copies.append(at.needs(position) ? inner.parameter("input", value) : inner.constant(value))
      }
      guard let value = expansion(copies) else { return }
      let gradients = try inner.backward(from: value, cotangent: try g.value)
      for (position, copy) in copies.enumerated() where at.needs(position) {
        if let gradient = gradients[copy] { at.send(at.tape.appendScratch(gradient), to: position) }
      }
    } catch {
      at.tape.failure = at.tape.failure ?? error
    }
    inner.reset()
  }

  package func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool { false }

  package func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? { nil }

  package func expansion(_ inputs: [TracedTensor]) -> TracedTensor? { nil }
}

/// The inputs of one operation; three of them without an allocation.
package struct Operands {
  private let first: Tensor
  private var second: Tensor?
  private var third: Tensor?
  private var more: [Tensor] = []
  package private(set) var count = 1

  init(_ first: Tensor) { self.first = first }

  mutating func append(_ tensor: Tensor) {
    switch count {
    case 1: second = tensor
    case 2: third = tensor
    default: more.append(tensor)
    }
    count += 1
  }

  package subscript(_ position: Int) -> Tensor {
    switch position {
    case 1: if let second { return second }
    case 2: if let third { return third }
    case 3...: return more[position - 3]
    default: break
    }
    return first
  }
}

/// A node as a rule for derivatives sees it.
package struct DerivativeContext {
  package let tape: TensorTape
  let node: Int

  /// Input `position`, as it was.
  package func input(_ position: Int) -> TracedTensor { TracedTensor(tape, tape.inputNode(position, of: node)) }

  /// All inputs.
  package var inputs: [TracedTensor] { (0..<tape.inputCount(of: node)).map { input($0) } }

  /// The value of the node.
  package var output: TracedTensor { TracedTensor(tape, node) }

  /// Whether anybody wants to hear what input `position` would be told.
  package func needs(_ position: Int) -> Bool { tape.isNeeded(tape.inputNode(position, of: node)) }

  /// Tells input `position` a cotangent of its shape.
  package func send(_ cotangent: TracedTensor, to position: Int) { tape.send(cotangent, to: position) }
}

/// A node as a kernel for the way back sees it.
package struct GradientContext {
  package let engine: TensorEngine
  let tape: TensorTape
  let node: Int

  package func input(_ position: Int) throws(TensorError) -> Tensor {
    try tape.computed(tape.inputNode(position, of: node))
  }

  package var output: Tensor { get throws(TensorError) { try tape.computed(node) } }

  package func needs(_ position: Int) -> Bool { tape.isNeeded(tape.inputNode(position, of: node)) }

  package func send(_ cotangent: consuming Tensor, to position: Int) { tape.sentTensors.append((position, cotangent)) }
}
