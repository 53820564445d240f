// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
public import GradusTensor

/// In training each element is 0 with probability `rate` and divided by 1 − rate otherwise; afterwards nothing changes.
///
/// **Reference** N. Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15 (2014).
public struct Dropout: Layer {
  public var rate: Double

  public init(_ rate: Double) {
    precondition((0..<1).contains(rate), "a dropout rate of \(rate); expected 0 or more and less than 1")
    self.rate = rate
  }

  public var tensors: [ModelTensor] { [] }

  /// Any shape → the same; `x` itself where no random stream is given, which is the case outside training.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    guard rate > 0, var stream = parameters.stream else { return x }
    let kept = Float(1 / (1 - rate))
    let mask = Tensor((0..<x.shape.count).map { _ in stream.uniform() < rate ? 0 : kept }, x.shape)
    return x * x.tape.constant(x.precision == .single ? mask : mask.copied(to: x.precision), name: "dropout")
  }
}
