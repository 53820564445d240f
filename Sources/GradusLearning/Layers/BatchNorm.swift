// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// (x − mean)/√(variance + ε)·gain + bias for each channel of [rows, channels, ..].
///
/// In training mean and variance are those of the batch; afterwards those of the data, "mean" and "variance", which are not
/// trained. They are computed for the parameters in question by one pass over the data (`NetworkLoss.statistics`), not
/// averaged over parameters that have changed since: training stays a function of parameters and batch, and is resumed to
/// the bit.
///
/// **Reference** S. Ioffe & C. Szegedy, *Batch normalization*, ICML 2015; the statistics as in Y. Wu & J. Johnson,
/// *Rethinking "batch" in BatchNorm*, arXiv:2105.07576, section 3.
public struct BatchNorm: Layer {
  public var channels: Int
  public var epsilon: Double

  public init(_ channels: Int, epsilon: Double = 1e-5) {
    precondition(channels > 0, "normalization of \(channels) channels")
    self.channels = channels
    self.epsilon = epsilon
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("gain", [channels], .constant(1)), ModelTensor("bias", [channels], .constant(0)),
      ModelTensor("mean", [channels], .constant(0), isTrained: false),
      ModelTensor("variance", [channels], .constant(1), isTrained: false),
    ]
  }

  /// [rows, channels, ..] → the same shape. While training the statistics of the batch are noted for
  /// `NetworkLoss.statistics`.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    precondition(
      x.shape.rank >= 2 && x.shape[1] == channels, "\(x.shape) for \(channels) channels; expected [rows, channels, ..]")
    let perChannel = TensorShape([channels] + [Int](repeating: 1, count: x.shape.rank - 2))
    let (gain, bias) = (parameters["gain"].reshaped(perChannel), parameters["bias"].reshaped(perChannel))
    guard parameters.isTraining else {
      let scale = (parameters["variance"] + epsilon).squareRoot().reshaped(perChannel)
      return (x - parameters["mean"].reshaped(perChannel)) / scale * gain + bias
    }
    let others = (0..<x.shape.rank).filter { $0 != 1 }
    let mean = x.mean(over: others, keepingAxes: true)
    let centered = x - mean
    let variance = centered.squared().mean(over: others, keepingAxes: true)
    parameters.note(mean: ("mean", mean), variance: ("variance", variance), count: x.shape.count / channels)
    return centered / (variance + epsilon).squareRoot() * gain + bias
  }
}
