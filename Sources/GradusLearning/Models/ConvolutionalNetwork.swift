// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Convolutions over images of which each stage halves the sides; then two linear maps.
///
///     stage    x ← pool₂(max(0, norm(x ∗ F)))          windows of 3 × 3, maximum over 2 × 2
///     scores   max(0, xW + b)V + c
///
/// The features of a row are an image, channel by channel, line by line.
public struct ConvolutionalNetwork: Network {
  public var side: Int
  /// Channels of the image.
  public var inputs: Int
  /// Channels behind each stage.
  public var channels: [Int]
  /// Width between the linear maps.
  public var hidden: Int
  public var classes: Int
  /// Whether each stage is batch-normalized; otherwise its filters have a bias.
  public var isNormalized: Bool
  /// Of the width between the linear maps, in training.
  public var dropout: Double

  public init(
    side: Int, inputs: Int = 1, channels: [Int] = [8, 16], hidden: Int = 64, classes: Int, isNormalized: Bool = true,
    dropout: Double = 0
  ) {
    precondition(
      side > 0 && inputs > 0 && classes > 0 && hidden > 0, "images of \(side) × \(side) in \(classes) classes")
    precondition(
      channels.count < 62 && side >> channels.count > 0, "images of \(side) × \(side) in \(channels.count) stages")
    self.side = side
    self.inputs = inputs
    self.channels = channels
    self.hidden = hidden
    self.classes = classes
    self.isNormalized = isNormalized
    self.dropout = dropout
  }

  private func convolution(_ k: Int) -> Convolution2D {
    Convolution2D(k == 0 ? inputs : channels[k - 1], channels[k], window: 3, padding: 1, bias: !isNormalized)
  }

  private var flat: Int { (channels.last ?? inputs) * (side >> channels.count) * (side >> channels.count) }
  private var linear: Linear { Linear(flat, hidden, initializer: .he(inputs: flat)) }
  private var output: Linear { Linear(hidden, classes) }

  public var tensors: [ModelTensor] {
    channels.indices.flatMap { k in
      convolution(k).tensors("stage\(k)") + (isNormalized ? BatchNorm(channels[k]).tensors("stage\(k).norm") : [])
    } + linear.tensors("hidden") + output.tensors("output")
  }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let features = batch.features else { preconditionFailure("images are features, not tokens") }
    precondition(
      features.shape[1] == inputs * side * side,
      "\(features.shape[1]) features for \(inputs) channels of \(side) × \(side)")
    var x = features.reshaped([features.shape[0], inputs, side, side])
    for k in channels.indices {
      let p = parameters.part("stage\(k)")
      x = convolution(k)(x, p)
      if isNormalized { x = BatchNorm(channels[k])(x, p.part("norm")) }
      // The larger of rectified numbers is the rectified larger one, of which there are a quarter.
      x = Pooling2D(.maximum, window: 2)(x).relu()
    }
    let h = linear.rectified(x.flattened(), parameters.part("hidden"))
    return output(Dropout(dropout)(h, parameters.part("dropout")), parameters.part("output"))
  }
}
