// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A long short-term memory:
///
///     (i, f, g, o) = xₜW + hₜ₋₁U + b,   cₜ = σ(f)cₜ₋₁ + σ(i)tanh g,   hₜ = σ(o)tanh cₜ
///
/// The bias of f begins at 1, so that it remembers at first. Its state is (h, c).
///
/// **Reference** S. Hochreiter & J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997); F. Gers et al.,
/// *Learning to forget* (2000); R. Jozefowicz et al., *An empirical exploration of recurrent network architectures*, ICML
/// 2015, for the bias.
public struct LSTM: RecurrentLayer {
  public var inputs: Int
  public var width: Int

  public init(_ inputs: Int, _ width: Int) {
    precondition(inputs > 0 && width > 0, "a memory of \(width) numbers for \(inputs)")
    self.inputs = inputs
    self.width = width
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("inputs", inputs: inputs, outputs: 4 * width, .lecun(inputs: inputs)),
      ModelTensor("recurrent", inputs: width, outputs: 4 * width, .lecun(inputs: width)),
      ModelTensor("bias", [4 * width], .blocks([0, 1, 0, 0])),
    ]
  }

  public var startState: [Double] { [Double](repeating: 0, count: 2 * width) }

  public func run(
    _ x: TracedTensor, from start: TracedTensor, _ parameters: ModelParameters
  ) -> (hidden: TracedTensor, end: TracedTensor) {
    let (time, rows) = (x.shape[0], x.shape[1])
    let states = x.linear(parameters["inputs"], parameters["bias"])
      .lstm(recurrent: parameters["recurrent"], start: start)
    return (
      states.slice(axis: 0, from: 1, count: time).slice(axis: 2, from: 0, count: width),
      states.slice(axis: 0, from: time, count: 1).reshaped([rows, 2 * width])
    )
  }
}
