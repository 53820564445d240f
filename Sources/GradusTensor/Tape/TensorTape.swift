// SPDX-License-Identifier: Apache-2.0
public import GradusTrace

/// One recorded computation with tensors, and its derivatives; belongs to one task.
///
/// Its nodes lie on a `Recorder`, which may hold other things too. A tape is made once and reset for every step: memory of
/// the last step serves the next, and from the second step on nothing is allocated. Gradients of gradients, Hessian
/// products and the like are recorded on the same tape by rules that are themselves operations.
public final class TensorTape {
  /// Who computes.
  public let engine: TensorEngine
  /// Where nodes are recorded.
  public let recorder: Recorder
  /// Whether operations are recorded. When false values are computed all the same and live until `reset()`: inference.
  public internal(set) var isRecording: Bool
  /// The rule of each node; nil for parameters, constants and whatever is not a tensor.
  private var operations: [(any TensorOperation)?] = []
  /// Whether a node depends on a parameter.
  private var isActive: [Bool] = []
  /// Values that are computed but not recorded.
  private var scratch: [Tensor?] = []
  /// The first failure among those.
  var failure: (any Error)?
  private var inputNodes: [Int32] = []
  /// What the current rule tells the inputs, by position.
  var sent: [(position: Int, cotangent: TracedTensor)] = []
  var sentTensors: [(position: Int, cotangent: Tensor?)] = []
  /// Whether rules for derivatives are at work, whose operations hooks do not see.
  var isWalking = false
  /// Whose cotangents are wanted in the current walk; nil means those of nodes that depend on parameters.
  var needed: [Bool]?

  /// Who reads and overwrites values by name, and those of every operation.
  var valueHooks: [String: Hook] = [:]
  var operationHook: ((_ operation: String, _ value: TracedTensor) throws -> TracedTensor)?
  /// Puts another operation in the place of each that is carried out: how the laws are proved sharp.
  package var substitute: ((any TensorOperation) -> any TensorOperation)?

  /// A tape on `recorder`.
  public init(engine: TensorEngine, recorder: Recorder = Recorder(), isRecording: Bool = true) {
    self.engine = engine
    self.recorder = recorder
    self.isRecording = isRecording
  }

  /// A value whose gradient is wanted. `name` is what messages call it.
  public func parameter(_ name: String, _ value: Tensor) -> TracedTensor { leaf(name, value, active: true) }

  /// A value whose gradient is not wanted: data, masks.
  public func constant(_ value: Tensor, name: String = "constant") -> TracedTensor { leaf(name, value, active: false) }

  /// A constant of one element that broadcasts.
  public func constant(_ value: Double, like other: TracedTensor) -> TracedTensor {
    constant(Tensor(repeating: value, [], other.precision))
  }

  private func leaf(_ name: String, _ value: Tensor, active: Bool) -> TracedTensor {
    guard isRecording else {
      scratch.append(value)
      return TracedTensor(self, ~(scratch.count - 1))
    }
    align()
    let node = recorder.append(name, inputs: [], value: value, rule: nil)
    operations.append(nil)
    isActive.append(active)
    return TracedTensor(self, node)
  }

  /// Forgets everything from node `count` on; memory nobody else holds serves what comes.
  public func reset(to count: Int = 0) {
    for node in stride(from: recorder.trace.count - 1, through: count, by: -1) {
      var value = recorder.takeValue(of: node)
      retire(&value)
    }
    recorder.reset(to: count)
    if operations.count > count {
      operations.removeSubrange(count...)
      isActive.removeSubrange(count...)
    }
    clearScratch(to: 0)
    engine.recycleTemporaries()
    failure = nil
  }

  /// The number of nodes, for `reset(to:)`.
  public var count: Int { recorder.trace.count }

  // MARK: Values

  func retire(_ value: inout (any Sendable)?) {
    var tensor = value as? Tensor
    value = nil
    engine.recycle(&tensor)
  }

  func tensor(_ id: Int) -> Tensor? { id >= 0 ? recorder.value(of: id) as? Tensor : scratch[~id] }

  func value(of traced: TracedTensor) throws -> Tensor {
    if traced.id >= 0 {
      let tensor: Tensor = try recorder.trace.value(of: traced.id)
      guard !engine.isGhost(tensor) else {
        throw TraceError.freed(operation: recorder.trace.operation(of: traced.id), node: traced.id)
      }
      return tensor
    }
    if let tensor = scratch[~traced.id] { return tensor }
    throw failure ?? TraceError.freed(operation: "a value that was not recorded", node: traced.id)
  }

  /// What an operation may read: nothing of a failed or released value.
  private func operand(_ x: TracedTensor) -> Tensor? { tensor(x.id).flatMap { engine.isGhost($0) ? nil : $0 } }

  /// Promises that `x` is used no more, neither read nor put into operations: its memory is freed at once unless a rule
  /// needs it on the way back, in which case nothing happens.
  ///
  /// For sums such as x + f(x), whose second term nobody needs afterwards.
  public func release(_ x: TracedTensor) {
    guard x.id >= 0, let operation = operation(of: x.id), !operation.keepsOutput, tensor(x.id) != nil else { return }
    for node in x.id + 1..<max(x.id + 1, count) {
      for position in 0..<inputCount(of: node) where inputNode(position, of: node) == x.id {
        guard let user = self.operation(of: node), !user.keepsInputs else { return }
      }
    }
    var value = recorder.takeValue(of: x.id)
    if let tensor = value as? Tensor { recorder.setValue(engine.ghost(of: tensor), of: x.id) }
    retire(&value)
  }

  func computed(_ node: Int) throws(TensorError) -> Tensor {
    guard let tensor = tensor(node) else {
      throw .noRule(operation: recorder.trace.operation(of: node), wanted: "value anymore: it was freed")
    }
    return tensor
  }

  func inputNode(_ position: Int, of node: Int) -> Int { recorder.trace.input(position, of: node) }

  func inputCount(of node: Int) -> Int { recorder.trace.inputCount(of: node) }

  func operation(of node: Int) -> (any TensorOperation)? { node < operations.count ? operations[node] : nil }

  /// Whether `node` is a leaf whose gradient is wanted.
  func isParameter(_ node: Int) -> Bool { node < isActive.count && isActive[node] && inputCount(of: node) == 0 }

  func isNeeded(_ node: Int) -> Bool {
    if let needed { return node < needed.count && needed[node] }
    return node < isActive.count && isActive[node]
  }

  /// Nodes that were recorded beside this tape have no tensor rules.
  private func align() {
    while operations.count < recorder.trace.count {
      operations.append(nil)
      isActive.append(false)
    }
  }

  // MARK: Carrying out

  package func apply(_ operation: some TensorOperation, _ a: TracedTensor) -> TracedTensor {
    guard let x = operand(a) else { return failed(operation.name, a, a, a) }
    begin(a)
    return finish(operation, Operands(x))
  }

  package func apply(_ operation: some TensorOperation, _ a: TracedTensor, _ b: TracedTensor) -> TracedTensor {
    guard let x = operand(a), let y = operand(b) else { return failed(operation.name, a, b, b) }
    begin(a)
    inputNodes.append(Int32(truncatingIfNeeded: b.id))
    var operands = Operands(x)
    operands.append(y)
    return finish(operation, operands)
  }

  package func apply(
    _ operation: some TensorOperation, _ a: TracedTensor, _ b: TracedTensor, _ c: TracedTensor
  ) -> TracedTensor {
    guard let x = operand(a), let y = operand(b), let z = operand(c) else {
      return failed(operation.name, a, b, c)
    }
    begin(a)
    inputNodes.append(Int32(truncatingIfNeeded: b.id))
    inputNodes.append(Int32(truncatingIfNeeded: c.id))
    var operands = Operands(x)
    operands.append(y)
    operands.append(z)
    return finish(operation, operands)
  }

  package func apply(_ operation: some TensorOperation, all inputs: [TracedTensor]) -> TracedTensor {
    precondition(!inputs.isEmpty, "\(operation.name) needs at least one input")
    var operands: Operands?
    for input in inputs {
      guard let x = operand(input) else { return failed(operation.name, input, input, input) }
      if operands == nil { operands = Operands(x) } else { operands?.append(x) }
    }
    begin(inputs[0])
    for input in inputs.dropFirst() { inputNodes.append(Int32(truncatingIfNeeded: input.id)) }
    return operands.map { finish(operation, $0) } ?? inputs[0]
  }

  private func begin(_ a: TracedTensor) {
    inputNodes.removeAll(keepingCapacity: true)
    inputNodes.append(Int32(truncatingIfNeeded: a.id))
  }

  private func finish(_ operation: some TensorOperation, _ operands: Operands) -> TracedTensor {
    if let substitute { return carryOut(substitute(operation), operands) }
    guard let hook = operationHook, isRecording, !isWalking else { return carryOut(operation, operands) }
    let name = operation.name
    return replaced(carryOut(operation, operands), name) { try hook(name, $0) }
  }

  private func carryOut(_ operation: some TensorOperation, _ operands: Operands) -> TracedTensor {
    do throws(TensorError) {
      for position in 1..<max(1, operands.count) where operands[position].precision != operands[0].precision {
        throw .precisions(operation: operation.name)
      }
      let value = try operation.forward(operands, on: engine)
      engine.recycleTemporaries()
      if engine.checksFinite, !engine.isFinite(value) {
        throw .notFinite(operation: operation.name, node: recorder.trace.count, parameter: nil)
      }
      return record(operation, value)
    } catch {
      guard isRecording else { return failedScratch(error) }
      align()
      let node = recorder.append(
        operation.name, inputs: inputNodes,
        value: FailedValue(operation: operation.name, node: recorder.trace.count, cause: error), rule: nil)
      operations.append(nil)
      isActive.append(true)
      return TracedTensor(self, node)
    }
  }

  private func record(_ operation: some TensorOperation, _ value: consuming Tensor) -> TracedTensor {
    guard isRecording else {
      scratch.append(value)
      return TracedTensor(self, ~(scratch.count - 1))
    }
    align()
    var active = false
    for input in inputNodes where isActive[Int(input)] { active = true }
    let node = recorder.append(operation.name, inputs: inputNodes, value: value, rule: nil)
    operations.append(operation)
    isActive.append(active)
    return TracedTensor(self, node)
  }

  /// A constant made by a rule, in whichever mode the tape is.
  func scratchOrConstant(_ value: Tensor) -> TracedTensor { leaf("constant", value, active: false) }

  private func failedScratch(_ error: any Error) -> TracedTensor {
    failure = failure ?? error
    scratch.append(nil)
    return TracedTensor(self, ~(scratch.count - 1))
  }

  /// The node of an operation of which one input failed before: it passes that error on.
  private func failed(_ name: String, _ a: TracedTensor, _ b: TracedTensor, _ c: TracedTensor) -> TracedTensor {
    guard isRecording else {
      scratch.append(nil)
      return TracedTensor(self, ~(scratch.count - 1))
    }
    for input in [a, b, c] where operand(input) == nil {
      let cause =
        recorder.value(of: input.id) as? FailedValue
        ?? FailedValue(
          operation: name, node: recorder.trace.count,
          cause: TraceError.freed(operation: recorder.trace.operation(of: input.id), node: input.id))
      align()
      let node = recorder.append(name, inputs: [Int32(input.id)], value: cause, rule: nil)
      operations.append(nil)
      isActive.append(true)
      return TracedTensor(self, node)
    }
    return a
  }

  // MARK: The current rule

  func send(_ cotangent: TracedTensor, to position: Int) { sent.append((position, cotangent)) }

  var scratchCount: Int { scratch.count }

  func appendScratch(_ value: consuming Tensor) -> TracedTensor {
    scratch.append(value)
    return TracedTensor(self, ~(scratch.count - 1))
  }

  func clearScratch(to count: Int) {
    while scratch.count > count {
      engine.recycle(&scratch[scratch.count - 1])
      scratch.removeLast()
    }
  }
}
