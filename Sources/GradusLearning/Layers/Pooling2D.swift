// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// The largest number or the mean of each window of each channel: [rows, channels, h, w] → [rows, channels, h′, w′],
/// h′ = ⌊(h − window)/stride⌋ + 1.
public struct Pooling2D: Layer {
  /// What a window becomes: its largest number or its mean.
  public enum Kind: String, Sendable, Codable, Hashable, CaseIterable { case maximum, average }

  public var kind: Kind
  public var window: Int
  public var stride: Int

  /// Windows do not overlap unless a stride is given.
  public init(_ kind: Kind, window: Int, stride: Int? = nil) {
    precondition(window > 0 && stride ?? 1 > 0, "a window of \(window) with a stride of \(stride ?? window)")
    self.kind = kind
    self.window = window
    self.stride = stride ?? window
  }

  public var tensors: [ModelTensor] { [] }

  /// The same as without parameters, of which pooling has none.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor { self(x) }

  /// Equal numbers that are the largest share a cotangent.
  public func callAsFunction(_ x: TracedTensor) -> TracedTensor {
    precondition(
      x.shape.rank == 4 && x.shape[2] >= window && x.shape[3] >= window,
      "a window of \(window) for images of shape \(x.shape); expected [rows, channels, h, w] of at least that size")
    // Along one axis, then along the other: 2·window views instead of window².
    let y = along(2, x)
    let z = along(3, y)
    return kind == .maximum ? z : z * (1 / Double(window * window))
  }

  private func along(_ axis: Int, _ x: TracedTensor) -> TracedTensor {
    let count = (x.shape[axis] - window) / stride + 1
    let parts = (0..<window).map { x.slice(axis: axis, from: $0, count: count, by: stride) }
    return parts.dropFirst().reduce(parts[0]) { kind == .maximum ? $0.maximum($1) : $0 + $1 }
  }
}

/// The largest number or the mean of each channel: [rows, channels, ..] → [rows, channels].
public struct GlobalPooling: Layer {
  public var kind: Pooling2D.Kind

  public init(_ kind: Pooling2D.Kind) { self.kind = kind }

  public var tensors: [ModelTensor] { [] }

  /// [rows, channels, ..] → [rows, channels], for any number of axes behind the channels.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let all = x.reshaped([x.shape[0], x.shape[1], x.shape.count / max(1, x.shape[0] * x.shape[1])])
    return kind == .maximum ? all.maximum(over: 2) : all.mean(over: [2])
  }
}
