// SPDX-License-Identifier: Apache-2.0
import GradusNative
import Synchronization

/// A copy of an operation with one fault: what a law must catch to be worth having.
package struct FaultyRule: TensorOperation {
  package enum Fault: Sendable, Hashable, CustomStringConvertible {
    /// A wrong factor, a wrong sign, a forgotten term, elements in the wrong places, in what input `position` is told.
    case scaled(Int), negated(Int), dropped(Int), misplaced(Int)
    /// A wrong factor in the fast way back alone.
    case kernel(Int)
    /// A wrong factor in the tangent alone.
    case tangent
    /// A pullback that is right and cannot be differentiated again.
    case curvature
    /// A wrong factor when not all inputs want to hear something.
    case part(Int)
    /// A value that depends on the number of threads.
    case threads
    /// A value that is wrong in single precision.
    case precision
    /// Input `position` read as if its elements lay side by side.
    case layout(Int)
    /// The output is held on to.
    case memory

    package var description: String {
      switch self {
      case .scaled(let k): "scaled share of \(k)"
      case .negated(let k): "negated share of \(k)"
      case .dropped(let k): "dropped share of \(k)"
      case .misplaced(let k): "misplaced share of \(k)"
      case .kernel(let k): "scaled share of \(k) in the kernel"
      case .tangent: "scaled tangent"
      case .curvature: "constant pullback"
      case .part(let k): "share of \(k) that depends on others"
      case .threads: "threads"
      case .precision: "precision"
      case .layout(let k): "layout of \(k)"
      case .memory: "memory"
      }
    }
  }

  /// What a leaking copy holds on to.
  package final class Leak: Sendable {
    private let state = Mutex((held: [Tensor](), isReal: false))
    /// Whether anything is held that the engine handed out and that is not the memory of an input.
    package var isReal: Bool { state.withLock { $0.isReal } }
    package init() {}

    func hold(_ tensor: Tensor, isReal: Bool) {
      state.withLock { state in
        state.held.append(tensor)
        state.isReal = state.isReal || isReal
      }
    }
  }

  let rule: any TensorOperation
  let fault: Fault
  let leak: Leak

  package init(_ rule: any TensorOperation, _ fault: Fault, _ leak: Leak) {
    self.rule = rule
    self.fault = fault
    self.leak = leak
  }

  package var name: String { rule.name }
  package var keepsInputs: Bool { rule.keepsInputs }
  package var keepsOutput: Bool { rule.keepsOutput }
  package var bringsExamples: Bool { rule.bringsExamples }

  package func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    switch fault {
    case .threads where engine.threads > 1: return doubled(try rule.forward(inputs, on: engine))
    case .precision where inputs[0].precision == .single: return doubled(try rule.forward(inputs, on: engine))
    case .memory:
      let value = try rule.forward(inputs, on: engine)
      leak.hold(
        value,
        isReal: value.storage.isRecorded(in: engine.pool.ledger)
          && !(0..<inputs.count).contains { inputs[$0].storage === value.storage })
      return value
    case .layout(let position) where position < inputs.count && !inputs[position].layout.isContiguous:
      var misread = Operands(dense(inputs[0], if: position == 0))
      for other in 1..<max(1, inputs.count) { misread.append(dense(inputs[other], if: position == other)) }
      return try rule.forward(misread, on: engine)
    default: return try rule.forward(inputs, on: engine)
    }
  }

  private func doubled(_ x: Tensor) -> Tensor {
    let wrong = Tensor(x.doubles.map { 2 * $0 + 1 }, x.shape)
    return x.precision == .double ? wrong : wrong.copied(to: .single)
  }

  private func dense(_ x: Tensor, if wrong: Bool) -> Tensor {
    guard wrong else { return x }
    let misread = Tensor(x.storage, TensorLayout(x.shape, x.precision), offset: 0)
    let reach = (0..<x.shape.rank).reduce(1) { $0 + (x.shape[$1] - 1) * x.layout.stride($1) }
    // A stretched tensor has less memory than elements.
    return x.offset == 0 && reach >= x.count ? misread : x
  }

  package func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let tape = at.tape, outer = tape.sent
    tape.sent = []
    rule.pullback(g, at)
    let sent = tape.sent
    tape.sent = outer
    for (position, cotangent) in sent {
      if let changed = changed(cotangent, position, at) { tape.send(changed, to: position) }
    }
  }

  private func changed(_ x: TracedTensor, _ position: Int, _ at: DerivativeContext) -> TracedTensor? {
    switch fault {
    case .scaled(position): return x * 1.01
    case .negated(position): return -x
    case .dropped(position): return x * 0
    case .misplaced(position):
      let count = x.shape.count
      let order = TensorIndices((0..<count).map { count - 1 - $0 })
      let turned = x.reshaped([count]).rows(order).reshaped(x.shape)
      return turned
    case .kernel(position) where !x.tape.isRecording: return x * 1.01
    case .part(position) where !at.inputs.indices.allSatisfy({ at.needs($0) }): return x * 1.01
    case .curvature where x.tape.isRecording: return x.stopGradient()
    default: return x
    }
  }

  package func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    let tape = at.tape
    guard try rule.gradient(g, at) else { return false }
    for index in tape.sentTensors.indices {
      let position = tape.sentTensors[index].position
      guard let cotangent = tape.sentTensors[index].cotangent,
        let changed = changed(
          tape.appendScratch(cotangent), position, DerivativeContext(tape: tape, node: at.node))
      else { continue }
      tape.sentTensors[index].cotangent = tape.tensor(changed.id)
    }
    return true
  }

  package func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    guard let tangent = rule.tangent(at, tangents), fault == .tangent else { return rule.tangent(at, tangents) }
    return tangent * 1.01
  }

  package func expansion(_ inputs: [TracedTensor]) -> TracedTensor? { rule.expansion(inputs) }
}
