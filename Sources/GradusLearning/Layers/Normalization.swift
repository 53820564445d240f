// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// (x − mean)/√(variance + ε)·gain + bias along the last axis.
///
/// **Reference** J. Ba, J. Kiros & G. Hinton, *Layer normalization*, arXiv:1607.06450.
public struct LayerNorm: Layer {
  public var width: Int
  public var epsilon: Double

  public init(_ width: Int, epsilon: Double = 1e-5) {
    precondition(width > 0, "normalization of \(width) numbers")
    self.width = width
    self.epsilon = epsilon
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("gain", [width], .constant(1)), ModelTensor("bias", [width], .constant(0))]
  }

  /// [.., width] → the same shape; each vector along the last axis is normalized by itself.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    x.layerNorm(gain: parameters["gain"], bias: parameters["bias"], epsilon: epsilon)
  }
}

/// x/√(mean x² + ε)·gain along the last axis.
///
/// **Reference** B. Zhang & R. Sennrich, *Root mean square layer normalization*, NeurIPS 2019.
public struct RMSNorm: Layer {
  public var width: Int
  public var epsilon: Double

  public init(_ width: Int, epsilon: Double = 1e-6) {
    precondition(width > 0, "normalization of \(width) numbers")
    self.width = width
    self.epsilon = epsilon
  }

  public var tensors: [ModelTensor] { [ModelTensor("gain", [width], .constant(1))] }

  /// [.., width] → the same shape; each vector along the last axis is scaled by itself, and no mean is taken off.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    x.rmsNorm(gain: parameters["gain"], epsilon: epsilon)
  }
}

/// Layer normalization of groups of channels: [rows, channels, ..], each row and group by itself; gain and bias by channel.
///
/// **Reference** Y. Wu & K. He, *Group normalization*, ECCV 2018.
public struct GroupNorm: Layer {
  public var groups: Int
  public var channels: Int
  public var epsilon: Double

  public init(groups: Int, channels: Int, epsilon: Double = 1e-5) {
    precondition(groups > 0 && channels > 0 && channels % groups == 0, "\(channels) channels in \(groups) groups")
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }

  public var tensors: [ModelTensor] {
    [ModelTensor("gain", [channels], .constant(1)), ModelTensor("bias", [channels], .constant(0))]
  }

  /// [rows, channels, ..] → the same shape; the same in training and afterwards.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let grouped = x.reshaped([x.shape[0], groups, x.shape.count / max(1, x.shape[0] * groups)])
    let centered = grouped - grouped.mean(over: [2], keepingAxes: true)
    let scale = (centered.squared().mean(over: [2], keepingAxes: true) + epsilon).squareRoot()
    let perChannel = TensorShape([channels] + [Int](repeating: 1, count: x.shape.rank - 2))
    return (centered / scale).reshaped(x.shape) * parameters["gain"].reshaped(perChannel)
      + parameters["bias"].reshaped(perChannel)
  }
}
