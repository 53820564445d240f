// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
public import GradusTensor

/// Several small networks of which a gate chooses a few for each row.
///
///     p = softmax(xG),   y = Σ_{e chosen} g_e f_e(x),   g_e = p_e / Σ_{chosen} p   (p_e itself when one is chosen)
///
/// f_e: width → hidden → outputs with a rectifier. Chosen are the `chosen` largest p; all of them when it is nil (dense),
/// which costs every expert every row. An expert takes ⌈capacity · rows · chosen/experts⌉ rows at most and what finds no
/// room is left out, so that y is meant to stand beside x in a residual sum. While training, what is minimized gets
///
///     balance · E Σ_e s_e p̄_e          s_e: share of choices, p̄_e: mean probability; 1 when all are used alike
///
/// and scores get normal noise of deviation `jitter`.
///
/// **Reference** N. Shazeer et al., *Outrageously large neural networks*, ICLR 2017; W. Fedus, B. Zoph & N. Shazeer,
/// *Switch transformers*, JMLR 23 (2022), equations 4–6.
public struct MixtureOfExperts: Layer {
  public var width: Int
  public var hidden: Int
  public var outputs: Int
  public var experts: Int
  public var chosen: Int?
  /// nil: there is always room.
  public var capacity: Double?
  public var balance: Double
  public var jitter: Double

  public init(
    width: Int, hidden: Int, outputs: Int? = nil, experts: Int, chosen: Int? = 2, capacity: Double? = nil,
    balance: Double = 0.01, jitter: Double = 0
  ) {
    precondition(experts > 0 && (1...experts).contains(chosen ?? 1), "\(chosen ?? 1) of \(experts) experts are chosen")
    precondition(
      capacity ?? 1 > 0 && balance >= 0 && jitter >= 0, "capacity is positive, balance and jitter at least 0")
    self.width = width
    self.hidden = hidden
    self.outputs = outputs ?? width
    self.experts = experts
    self.chosen = chosen
    self.capacity = capacity
    self.balance = balance
    self.jitter = jitter
  }

  private var gate: Linear { Linear(width, experts, bias: false, initializer: .normal(0.02)) }
  private var expert: Perceptron { Perceptron(widths: [width, hidden, outputs]) }

  public var tensors: [ModelTensor] {
    gate.tensors("gate") + (0..<experts).flatMap { expert.tensors("expert\($0)") }
  }

  /// [.., width] → [.., outputs]; every vector along the last axis is a row of its own, and they share the room of an
  /// expert. A row costs the gate and the experts that take it; its y is 0 where none of those chosen has room.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    guard x.shape.rank > 0 else { return gate(x, parameters.part("gate")) }
    let n = x.shape.count / width
    let rows = x.reshaped([n, width])
    var scores = gate(rows, parameters.part("gate"))
    if jitter > 0, var stream = parameters.stream {
      scores = scores + scores.constant((0..<n * experts).map { _ in jitter * stream.normal() }, [n, experts])
    }
    let p = scores.softmax()
    var shape = x.shape
    shape[-1] = outputs
    // A computation that failed before passes its error on by whichever way.
    guard let chosen, let values = try? p.value.doubles else { return dense(rows, p, parameters).reshaped(shape) }
    let room = capacity.map { Int(($0 * Double(n * chosen) / Double(experts)).rounded(.up)) } ?? .max
    let routing = ExpertRouting(
      probabilities: values, experts: experts, chosen: chosen, capacity: max(1, room))
    if parameters.isTraining, balance > 0 {
      let shares = p.constant(routing.shares, [experts])
      parameters.add(penalty: (p.mean(over: [0]) * shares).sum() * (balance * Double(experts)))
    }
    return sparse(rows, p, routing, chosen, parameters).reshaped(shape)
  }

  private func dense(_ x: TracedTensor, _ p: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    var sum: TracedTensor?
    for e in 0..<experts {
      let part = expert(x, parameters.part("expert\(e)")) * p.slice(axis: 1, from: e, count: 1)
      sum = sum.map { $0 + part } ?? part
    }
    return sum ?? x
  }

  private func sparse(
    _ x: TracedTensor, _ p: TracedTensor, _ routing: ExpertRouting, _ chosen: Int, _ parameters: ModelParameters
  ) -> TracedTensor {
    let n = x.shape[0]
    let flat = p.reshaped([n * experts])
    var gates = flat
    if chosen > 1 {
      var mask = [Double](repeating: 0, count: n * experts)
      for (row, taken) in routing.choices.enumerated() { for e in taken { mask[row * experts + e] = 1 } }
      let kept = p * p.constant(mask, [n, experts])
      gates = (kept / kept.sum(over: [1], keepingAxes: true)).reshaped([n * experts])
    }
    var parts: [TracedTensor] = []
    var places: [Int] = []
    for e in 0..<experts where !routing.rows[e].isEmpty {
      let rows = routing.rows[e]
      let g = gates.rows(TensorIndices(rows.map { $0 * experts + e })).reshaped([rows.count, 1])
      parts.append(expert(x.rows(TensorIndices(rows)), parameters.part("expert\(e)")) * g)
      places += rows
    }
    return TracedTensor.concatenate(parts, axis: 0).scatterAdded(at: TensorIndices(places), rows: n)
  }
}
