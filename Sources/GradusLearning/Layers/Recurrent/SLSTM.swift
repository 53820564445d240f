// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A long short-term memory with exponential gates and a normalizer, in heads that do not hear each other within the layer:
///
///     (ĩ, f̃, z̃, õ) = xₜW + hₜ₋₁R + b          R a block of its own for each head
///     mₜ = max(f̃ + mₜ₋₁, ĩ),   i = e^(ĩ − mₜ),   f = e^(f̃ + mₜ₋₁ − mₜ)
///     cₜ = f·cₜ₋₁ + i·tanh z̃,   nₜ = f·nₜ₋₁ + i,   hₜ = σ(õ)cₜ/nₜ
///
/// m keeps powers of e in range and cancels in c/n; nothing is differentiated through it. With a forget gate between 0 and
/// 1, ln σ(f̃) takes the place of f̃. Its state is (h, c, n, m), and m begins at −10³⁰ in place of −∞.
///
/// **Reference** M. Beck et al., *xLSTM: extended long short-term memory*, NeurIPS 2024, equations 8 to 17; in heads as in
/// K. Pöppel, M. Beck & S. Hochreiter, *FlashRNN*, ICLR 2025.
public struct SLSTM: RecurrentLayer {
  /// What f is: e^f̃, which may exceed 1, or σ(f̃), which only forgets.
  public enum ForgetGate: String, Sendable, Codable, Hashable, CaseIterable { case exponential, sigmoid }

  public var inputs: Int
  public var width: Int
  public var heads: Int
  public var forgetGate: ForgetGate

  public init(_ inputs: Int, _ width: Int, heads: Int = 1, forgetGate: ForgetGate = .sigmoid) {
    precondition(inputs > 0 && width > 0, "a memory of \(width) numbers for \(inputs)")
    precondition(heads > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.inputs = inputs
    self.width = width
    self.heads = heads
    self.forgetGate = forgetGate
  }

  private var depth: Int { width / heads }

  /// Columns of W, R and b: head by head, in each ĩ, f̃, z̃, õ. A sigmoid gate begins at σ(4), so that it remembers at first.
  public var tensors: [ModelTensor] {
    let forget = forgetGate == .sigmoid ? 4.0 : 0
    return [
      ModelTensor("inputs", inputs: inputs, outputs: 4 * width, .lecun(inputs: inputs)),
      ModelTensor("recurrent", [heads, depth, 4 * depth], .lecun(inputs: depth)),
      ModelTensor("bias", [4 * width], .blocks((0..<heads).flatMap { _ in [0, forget, 0, 0] })),
    ]
  }

  public var startState: [Double] {
    [Double](repeating: 0, count: 3 * width) + [Double](repeating: -1e30, count: width)
  }

  public func run(
    _ x: TracedTensor, from start: TracedTensor, _ parameters: ModelParameters
  ) -> (hidden: TracedTensor, end: TracedTensor) {
    let (time, rows) = (x.shape[0], x.shape[1])
    let states = x.linear(parameters["inputs"], parameters["bias"])
      .slstm(recurrent: parameters["recurrent"], start: start, sigmoidForget: forgetGate == .sigmoid)
    return (
      states.slice(axis: 0, from: 1, count: time).slice(axis: 2, from: 0, count: width),
      states.slice(axis: 0, from: time, count: 1).reshaped([rows, 4 * width])
    )
  }
}
