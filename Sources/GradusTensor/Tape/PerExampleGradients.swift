// SPDX-License-Identifier: Apache-2.0
import GradusTrace

extension TensorTape {
  /// The gradient of each example's own loss with respect to one parameter: [examples, …shape of the parameter].
  ///
  /// As `perExampleGradients(from:for:)` for several.
  public func perExampleGradients(
    from y: TracedTensor, for parameter: TracedTensor, examples: Int? = nil
  ) throws -> Tensor {
    try perExampleGradients(from: y, for: [parameter], examples: examples)[0]
  }

  /// The gradients of each example's own loss with respect to parameters: [examples, …shape of the parameter] for each.
  ///
  /// `y` is the sum (or mean, whose factor stays in) of losses that depend on one example each. Parameters are shared by
  /// all examples, constants of several elements are data, and the first axis of every tensor made of data counts
  /// `examples`, or parts of them one example after the other; left out, the first axis at the first use says how many.
  /// Each use of a parameter keeps its input aᵢ and cotangent dᵢ; a product's share is aᵢᵀdᵢ. Products, linear maps,
  /// convolutions, sums and products of elements, norms and embeddings cost what their gradients cost. Any other operation
  /// is walked back once for each example with the cotangents of all others 0, and so is what lies between a parameter and
  /// its use: that many times the cost. One walk back for the rest, whatever the number of parameters.
  public func perExampleGradients(
    from y: TracedTensor, for parameters: [TracedTensor], examples: Int? = nil
  ) throws -> [Tensor] {
    let value = try value(of: y)
    guard value.count == 1 else { throw TensorError.notScalar(value.shape) }
    let mode = isRecording
    isRecording = false
    defer { isRecording = mode }
    let seed = try engine.filled(1, value.shape, value.precision, for: "per-example gradients")
    let uses = ParameterUses(tape: self, of: parameters.map(\.id), upTo: y.id, examples: examples)
    _ = try recorder.propagate([(y.id, Cotangent(tensor: seed, tape: self))], by: uses)
    try uses.finish()
    return try parameters.map { parameter in
      guard let total = uses.totals[parameter.id] else {
        throw TensorError.noRule(
          operation: "the loss", wanted: "dependence on \(recorder.trace.operation(of: parameter.id))")
      }
      return total.copied(to: total.precision)
    }
  }

  /// What the rule of `node` tells input `position` of a cotangent; nil when nothing.
  func share(of position: Int, at node: Int, _ cotangent: Tensor) throws -> Tensor? {
    guard let operation = operation(of: node) else {
      throw TensorError.noRule(operation: recorder.trace.operation(of: node), wanted: "per-example gradient")
    }
    let outer = (needed, sent)
    var marks = [Bool](repeating: false, count: node + 1)
    marks[inputNode(position, of: node)] = true
    needed = marks
    sent = []
    sentTensors.removeAll(keepingCapacity: true)
    defer {
      (needed, sent) = outer
      sentTensors.removeAll(keepingCapacity: true)
    }
    if try !operation.gradient(cotangent, GradientContext(engine: engine, tape: self, node: node)) {
      operation.pullback(appendScratch(cotangent), DerivativeContext(tape: self, node: node))
    }
    if let failure {
      self.failure = nil
      throw failure
    }
    var total: Tensor?
    for (other, share) in sentTensors where other == position {
      var share = share
      try engine.accumulate(&share, into: &total)
    }
    for (other, share) in sent where other == position {
      var share = tensor(share.id)
      try engine.accumulate(&share, into: &total)
    }
    return total
  }
}

/// The fast way back, which gathers at every operation that joins parameters with data.
final class ParameterUses: DirectPropagator {
  private let inner: EagerGradients
  private let shared: [Bool]
  /// Nodes made of parameters on whose way a wanted one lies.
  private let reaches: [Bool]
  private var examples: Int?
  /// For nodes made of parameters: the cotangents of the examples so far, [examples, …shape].
  private(set) var totals: [Int: Tensor] = [:]

  init(tape: TensorTape, of parameters: [Int], upTo last: Int, examples: Int?) {
    inner = EagerGradients(tape: tape)
    self.examples = examples
    let shared = tape.sharedNodes(upTo: last)
    var reaches = [Bool](repeating: false, count: last + 1)
    for parameter in parameters where parameter >= 0 && parameter <= last { reaches[parameter] = true }
    for node in 0...last where shared[node] {
      for position in 0..<tape.inputCount(of: node) where reaches[tape.inputNode(position, of: node)] {
        reaches[node] = true
      }
    }
    self.shared = shared
    self.reaches = reaches
  }

  func pass(
    _ note: consuming Cotangent, back node: Int, of recorder: Recorder, to shares: inout Shares<Cotangent>
  ) throws {
    // What examples share hears nothing of the sum: `finish` walks there for each of them.
    if shared[node] { return note.recycle() }
    let tape = inner.tape
    if let cotangent = note.tensor {
      for position in 0..<tape.inputCount(of: node) {
        let input = tape.inputNode(position, of: node)
        guard reaches[input], shared[input] else { continue }
        try gather(
          PerExampleRules(tape: tape, node: node, examples: count(cotangent, node)).share(of: position, cotangent),
          at: input)
      }
    }
    try inner.pass(note, back: node, of: recorder, to: &shares)
  }

  private func count(_ cotangent: Tensor, _ node: Int) throws -> Int {
    let rows = cotangent.shape.rank > 0 ? cotangent.shape[0] : 0
    let count = examples ?? rows
    guard count > 0, rows >= count, rows % count == 0 else {
      throw TensorError.shape(
        operation: inner.tape.recorder.trace.operation(of: node), cotangent.shape,
        reason:
          "the first axis does not count \(examples.map { "\($0) examples" } ?? "examples") where a parameter is used")
    }
    examples = count
    return count
  }

  private func gather(_ part: Tensor?, at node: Int) throws {
    guard var part else { return }
    if let total = totals[node] {
      let tape = TensorTape(engine: inner.tape.engine, isRecording: false)
      part = try (tape.constant(total) + tape.constant(part)).value
    }
    totals[node] = part
  }

  /// From uses of what was made of parameters to the parameters themselves.
  func finish() throws {
    let tape = inner.tape
    for node in totals.keys.sorted(by: >) where tape.inputCount(of: node) > 0 { try passBack(node) }
  }

  private func passBack(_ last: Int) throws {
    var waiting = [last]
    let tape = inner.tape
    while let node = waiting.max() {
      waiting.removeAll { $0 == node }
      guard tape.inputCount(of: node) > 0, let cotangents = totals.removeValue(forKey: node) else { continue }
      for position in 0..<tape.inputCount(of: node) {
        let input = tape.inputNode(position, of: node)
        guard reaches[input] else { continue }
        try gather(
          PerExampleRules(tape: tape, node: node, examples: cotangents.shape[0]).through(position, cotangents),
          at: input)
        waiting.append(input)
      }
    }
  }
}
