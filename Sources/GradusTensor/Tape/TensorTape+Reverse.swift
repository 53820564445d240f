// SPDX-License-Identifier: Apache-2.0
import GradusTrace

/// A cotangent in memory, and who can add another one to it.
struct Cotangent: Feedback {
  /// Nil once it was used up.
  var tensor: Tensor?
  let tape: TensorTape

  mutating func recycle() { tape.engine.recycle(&tensor) }

  mutating func merge(_ other: consuming Cotangent) {
    do throws(TensorError) {
      try tape.engine.accumulate(&other.tensor, into: &tensor)
    } catch {
      tape.failure = tape.failure ?? error
    }
  }
}

/// A cotangent that is recorded, so that it can be differentiated.
struct RecordedCotangent: Feedback {
  var traced: TracedTensor

  mutating func merge(_ other: consuming RecordedCotangent) { traced = traced + other.traced }
}

/// What a walk back leaves at the parameters.
public final class TensorGradients {
  private var heard: Heard<Cotangent>

  init(_ heard: Heard<Cotangent>) { self.heard = heard }

  /// The gradient with respect to a parameter; nil when nothing depends on it.
  public subscript(parameter: TracedTensor) -> Tensor? { parameter.id < 0 ? nil : heard[parameter.id]?.tensor }

  /// Whether anything depends on `parameter`.
  public func reaches(_ parameter: TracedTensor) -> Bool { self[parameter] != nil }

  /// The square root of the sum of squares over `parameters`, in double precision and in a fixed order.
  public func norm(of parameters: [TracedTensor]) -> Double {
    var total = 0.0
    for parameter in parameters { if let gradient = self[parameter] { total += gradient.sumOfSquares } }
    return total.squareRoot()
  }

  /// The first of `parameters` whose gradient has NaN or infinity in it; nil when all are finite.
  public func firstNotFinite(of parameters: [TracedTensor]) -> TracedTensor? {
    parameters.first { parameter in self[parameter].map { !$0.sumOfSquares.isFinite } ?? false }
  }

  /// Gives up all gradients; memory that nobody else refers to serves for tensors to come.
  public func recycle() {
    heard.removeAll { note in note?.recycle() }
  }
}

extension TensorTape {
  /// The gradients of a scalar, or of ⟨y, cotangent⟩, with respect to all parameters.
  ///
  /// When `consuming`, values are freed as the walk passes them, so that memory falls while gradients grow; only leaves
  /// keep theirs. Not recorded: for gradients of gradients see `gradients(of:for:)`. `watch` is shown inputs and signals
  /// of every product with shared weights on the way; what it does not keep is freed.
  public func backward(
    from y: TracedTensor, cotangent: Tensor? = nil, consuming: Bool = true,
    watching watch: ((LinearSignal) throws -> Void)? = nil
  ) throws -> TensorGradients {
    precondition(y.id >= 0, "only what was recorded can be walked back from")
    let mode = isRecording
    isRecording = false
    defer { isRecording = mode }
    let heard = try walk(from: y, cotangent, consuming, watch)
    // Now that nobody holds the cotangent of `y` anymore.
    engine.recycleTemporaries()
    if let failure {
      self.failure = nil
      throw failure
    }
    return TensorGradients(heard)
  }

  private func walk(
    from y: TracedTensor, _ cotangent: Tensor?, _ consuming: Bool, _ watch: ((LinearSignal) throws -> Void)?
  ) throws -> Heard<Cotangent> {
    let seed = try seed(for: y, cotangent)
    defer { engine.recycle(seed) }
    let seeds = [(node: y.id, note: Cotangent(tensor: seed, tape: self))]
    guard let watch else {
      return try recorder.propagate(seeds, by: EagerGradients(tape: self), consuming: consuming)
    }
    return try recorder.propagate(seeds, by: WatchedGradients(tape: self, upTo: y.id, watch), consuming: consuming)
  }

  private func seed(for y: TracedTensor, _ cotangent: Tensor?) throws -> Tensor {
    let value = try value(of: y)
    if let cotangent {
      guard cotangent.shape == value.shape else {
        throw TensorError.shapes(
          operation: "backward", value.shape, cotangent.shape, reason: "a cotangent has the shape of its value")
      }
      return cotangent
    }
    guard value.count == 1 else { throw TensorError.notScalar(value.shape) }
    return try engine.filled(1, value.shape, value.precision, for: "backward")
  }

  /// The gradients of a scalar, or of ⟨y, cotangent⟩, with respect to any nodes, recorded: they can be used in further
  /// operations and differentiated again. Zero where nothing depends on a node.
  public func gradients(
    of y: TracedTensor, for xs: [TracedTensor], cotangent: TracedTensor? = nil
  ) -> [TracedTensor] {
    gradients(of: y, for: xs, cotangent: cotangent, keeping: false)
  }

  /// As above; `keeping` says that a rule calls, whose own messages must not be lost.
  func gradients(
    of y: TracedTensor, for xs: [TracedTensor], cotangent: TracedTensor?, keeping: Bool
  ) -> [TracedTensor] {
    guard let value = tensor(y.id), !xs.contains(where: { tensor($0.id) == nil }) else { return xs.map { _ in y } }
    precondition(isRecording, "recorded gradients need a tape that records")
    let outer = sent, outerNeeded = needed, wasWalking = isWalking
    sent = []
    needed = dependents(of: xs, upTo: y.id)
    isWalking = true
    defer {
      sent = outer
      needed = outerNeeded
      isWalking = wasWalking
    }
    let seed = cotangent ?? constant(Tensor(repeating: 1, value.shape, value.precision))
    do {
      let heard = try recorder.propagate(
        [(y.id, RecordedCotangent(traced: seed))], by: RecordedGradients(tape: self, kept: Set(xs.map(\.id))))
      return xs.map { x in
        heard[x.id]?.traced ?? constant(Tensor(repeating: 0, x.shape, x.precision))
      }
    } catch {
      let failure: Traced<Tensor> = recorder.fail("gradients", [y.id], error)
      return xs.map { _ in TracedTensor(self, failure.id) }
    }
  }

  /// Which of the first nodes depend on one of `xs`, or are one.
  private func dependents(of xs: [TracedTensor], upTo last: Int) -> [Bool] {
    var marks = [Bool](repeating: false, count: last + 1)
    for x in xs where x.id >= 0 && x.id <= last { marks[x.id] = true }
    for node in 0...last where !marks[node] {
      for position in 0..<inputCount(of: node) where marks[inputNode(position, of: node)] { marks[node] = true }
    }
    return marks
  }
}

/// The fast way back: kernels on memory that is used again.
struct EagerGradients: DirectPropagator {
  let tape: TensorTape

  func pass(
    _ note: consuming Cotangent, back node: Int, of recorder: Recorder, to shares: inout Shares<Cotangent>
  ) throws {
    if tape.isNeeded(node) { try derive(note.tensor, node, recorder) }
    tape.engine.recycleTemporaries()
    // Before it is sent on, so that whoever hears it alone may add to it in place.
    tape.engine.recycle(&note.tensor)
    while !tape.sentTensors.isEmpty {
      let last = tape.sentTensors.count - 1
      let position = tape.sentTensors[last].position
      if tape.engine.checksFinite { try check(tape.sentTensors[last].cotangent, position, node) }
      shares.send(Cotangent(tensor: tape.sentTensors[last].cotangent.take(), tape: tape), to: position)
      tape.sentTensors.removeLast()
    }
  }

  /// Puts the shares of a node's inputs into `sentTensors`.
  private func derive(_ cotangent: Tensor?, _ node: Int, _ recorder: Recorder) throws {
    guard let cotangent else { return }
    let start = tape.scratchCount
    tape.sent.removeAll(keepingCapacity: true)
    tape.sentTensors.removeAll(keepingCapacity: true)
    if let operation = tape.operation(of: node) {
      let context = GradientContext(engine: tape.engine, tape: tape, node: node)
      if try !operation.gradient(cotangent, context) {
        operation.pullback(tape.appendScratch(cotangent), DerivativeContext(tape: tape, node: node))
      }
    } else if let rule = recorder.trace.rule(of: node) as? Pullback<Tensor> {
      for (position, share) in rule.share(cotangent).enumerated() {
        if let share { tape.sentTensors.append((position, share)) }
      }
    }
    for (position, cotangent) in tape.sent { tape.sentTensors.append((position, tape.tensor(cotangent.id))) }
    if let failure = tape.failure {
      tape.failure = nil
      throw failure
    }
    tape.clearScratch(to: start)
  }

  /// In check mode: the first cotangent that is not finite, by operation, and by name when it belongs to a parameter.
  private func check(_ cotangent: Tensor?, _ position: Int, _ node: Int) throws(TensorError) {
    guard let cotangent, !tape.engine.isFinite(cotangent) else { return }
    let input = tape.inputNode(position, of: node)
    throw .notFinite(
      operation: "the pullback of \(tape.recorder.trace.operation(of: node))", node: node,
      parameter: tape.inputCount(of: input) == 0 ? tape.recorder.trace.operation(of: input) : nil)
  }

  func retire(_ value: inout (any Sendable)?) { tape.retire(&value) }
}

/// The way back as operations on the same tape.
struct RecordedGradients: DirectPropagator {
  let tape: TensorTape
  /// Nodes whose cotangents the caller wants although they have inputs.
  let kept: Set<Int>

  func pass(
    _ note: consuming RecordedCotangent, back node: Int, of recorder: Recorder,
    to shares: inout Shares<RecordedCotangent>
  ) throws {
    if kept.contains(node) { shares.keep(note, at: node) }
    guard tape.isNeeded(node), let operation = tape.operation(of: node) else { return }
    let outer = tape.sent
    tape.sent = []
    operation.pullback(note.traced, DerivativeContext(tape: tape, node: node))
    let sent = tape.sent
    tape.sent = outer
    for (position, cotangent) in sent {
      guard tape.isNeeded(tape.inputNode(position, of: node)) else { continue }
      shares.send(RecordedCotangent(traced: cotangent), to: position)
    }
  }
}
