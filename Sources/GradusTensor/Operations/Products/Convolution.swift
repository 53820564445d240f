// SPDX-License-Identifier: Apache-2.0

/// How a window moves over images.
final class WindowGeometry: Sendable {
  let window: (height: Int, width: Int)
  let stride: (height: Int, width: Int)
  let padding: (height: Int, width: Int)
  let dilation: (height: Int, width: Int)
  let image: (height: Int, width: Int)

  init(
    window: (height: Int, width: Int), stride: (height: Int, width: Int), padding: (height: Int, width: Int),
    dilation: (height: Int, width: Int), image: (height: Int, width: Int)
  ) {
    self.window = window
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.image = image
  }

  var rows: Int { (image.height + 2 * padding.height - dilation.height * (window.height - 1) - 1) / stride.height + 1 }
  var columns: Int { (image.width + 2 * padding.width - dilation.width * (window.width - 1) - 1) / stride.width + 1 }
  var positions: Int { rows * columns }

  var isPossible: Bool {
    window.height > 0 && window.width > 0 && stride.height > 0 && stride.width > 0 && padding.height >= 0
      && padding.width >= 0 && dilation.height > 0 && dilation.width > 0
      && image.height + 2 * padding.height > dilation.height * (window.height - 1)
      && image.width + 2 * padding.width > dilation.width * (window.width - 1)
  }

  /// Calls `body(row of the unfolded image, offset in it, offset in the image, count, step in the image)` for every run of
  /// pixels that lie inside the image; what the padding supplies is left out.
  @inline(__always)
  func runs(channel: Int, _ body: (_ unfolded: Int, _ image: Int, _ count: Int) -> Void) {
    for i in 0..<window.height {
      for j in 0..<window.width {
        let line = ((channel * window.height + i) * window.width + j) * positions
        let shift = j * dilation.width - padding.width
        let first = max(0, (-shift + stride.width - 1) / stride.width)
        let last = min(columns - 1, (image.width - 1 - shift) / stride.width)
        guard image.width - 1 - shift >= 0, first <= last else { continue }
        for row in 0..<rows {
          let y = row * stride.height + i * dilation.height - padding.height
          guard y >= 0, y < image.height else { continue }
          body(
            line + row * columns + first, (channel * image.height + y) * image.width + first * stride.width + shift,
            last - first + 1)
        }
      }
    }
  }
}

/// Windows of images as columns: [n, c, h, w] → [n, c·window, positions], zeros outside.
struct Unfold: TensorOperation {
  let geometry: WindowGeometry
  var name: String { "unfold" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    guard inputs[0].shape.rank == 4, geometry.isPossible else {
      throw .shape(
        operation: name, inputs[0].shape, reason: "no window of \(geometry.window) fits an image [n, c, h, w] like this"
      )
    }
    let x = try engine.contiguous(inputs[0], for: name)
    let channels = x.shape[1], area = geometry.window.height * geometry.window.width
    let z = try engine.filled(0, [x.shape[0], channels * area, geometry.positions], x.precision, for: name)
    switch x.precision {
    case .single: run(x, z, engine, Float.self)
    case .double: run(x, z, engine, Double.self)
    }
    engine.recycle(x)
    return z
  }

  private func run<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ engine: TensorEngine, _ type: T.Type) {
    let job = WindowJob<T>(image: x, unfolded: z, geometry)
    Parallel.run(z.count < Parallel.block ? engine.alone : engine.team, job.count, job) { job, index in
      let (image, unfolded, geometry) = job.part(index)
      let step = geometry.stride.width
      geometry.runs(channel: 0) { to, from, count in
        for k in 0..<count { unfolded[to + k] = image[from + k * step] }
      }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    at.send(at.tape.apply(Fold(geometry: geometry), g), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// The transpose of `Unfold`: columns are added to the pixels they came from.
struct Fold: TensorOperation {
  let geometry: WindowGeometry
  var name: String { "fold" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let area = geometry.window.height * geometry.window.width
    guard inputs[0].shape.rank == 3, inputs[0].shape[1] % area == 0, inputs[0].shape[2] == geometry.positions else {
      throw .shape(operation: name, inputs[0].shape, reason: "expected [n, c·\(area), \(geometry.positions)]")
    }
    let x = try engine.contiguous(inputs[0], for: name)
    let z = try engine.filled(
      0, [x.shape[0], x.shape[1] / area, geometry.image.height, geometry.image.width], x.precision, for: name)
    switch x.precision {
    case .single: run(x, z, engine, Float.self)
    case .double: run(x, z, engine, Double.self)
    }
    engine.recycle(x)
    return z
  }

  private func run<T: TensorElement>(_ x: Tensor, _ z: Tensor, _ engine: TensorEngine, _ type: T.Type) {
    let job = WindowJob<T>(image: z, unfolded: x, geometry)
    Parallel.run(x.count < Parallel.block ? engine.alone : engine.team, job.count, job) { job, index in
      let (image, unfolded, geometry) = job.part(index)
      let step = geometry.stride.width
      geometry.runs(channel: 0) { from, to, count in
        for k in 0..<count { image[to + k * step] += unfolded[from + k] }
      }
    }
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    at.send(at.tape.apply(Unfold(geometry: geometry), g), to: 0)
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    tangents[0].map { at.tape.apply(self, $0) }
  }
}

/// One loop over the channels of all images.
private struct WindowJob<T: TensorElement>: BitwiseCopyable {
  private let image: UnsafeMutablePointer<T>
  private let unfolded: UnsafeMutablePointer<T>
  private let geometry: Unmanaged<WindowGeometry>
  let count: Int
  private let imageStep: Int
  private let unfoldedStep: Int

  init(image: Tensor, unfolded: Tensor, _ geometry: WindowGeometry) {
    self.image = image.pointer(T.self)
    self.unfolded = unfolded.pointer(T.self)
    self.geometry = .passUnretained(geometry)
    count = image.shape[0] * image.shape[1]
    imageStep = geometry.image.height * geometry.image.width
    unfoldedStep = geometry.window.height * geometry.window.width * geometry.positions
  }

  @inline(__always)
  func part(_ index: Int) -> (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>, WindowGeometry) {
    (image + index * imageStep, unfolded + index * unfoldedStep, geometry.takeUnretainedValue())
  }
}

extension TracedTensor {
  /// Cross-correlation of images [n, c, h, w] with filters [o, c, i, j] → [n, o, h′, w′], h′ = (h + 2·padding −
  /// dilation·(i − 1) − 1)/stride + 1; plus `bias` [o]. Windows become columns, then one product an image.
  public func convolution2D(
    _ filters: TracedTensor, bias: TracedTensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0),
    dilation: (Int, Int) = (1, 1)
  ) -> TracedTensor {
    let x = shape, w = filters.shape
    let geometry = WindowGeometry(
      window: (w[2], w[3]), stride: stride, padding: padding, dilation: dilation, image: (x[2], x[3]))
    guard x.rank == 4, w.rank == 4, x[1] == w[1], geometry.isPossible else {
      return tape.apply(
        Rejected(
          error: .shapes(
            operation: "convolution", x, w, reason: "images [n, c, h, w] and filters [o, c, i, j] that fit in them")),
        self
      )
    }
    let columns = tape.apply(Unfold(geometry: geometry), self)
    let product = filters.reshaped([w[0], w[1] * w[2] * w[3]]).matmul(columns)
    let sum = bias.map { product + $0.reshaped([w[0], 1]) } ?? product
    return sum.reshaped([x[0], w[0], geometry.rows, geometry.columns])
  }

  /// Cross-correlation of signals [n, c, t] with filters [o, c, k] → [n, o, t′], plus `bias` [o].
  public func convolution1D(
    _ filters: TracedTensor, bias: TracedTensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1
  ) -> TracedTensor {
    let x = shape, w = filters.shape
    guard x.rank == 3, w.rank == 3 else {
      return tape.apply(
        Rejected(
          error: .shapes(operation: "convolution", x, w, reason: "signals [n, c, t] and filters [o, c, k]")), self)
    }
    let y = reshaped([x[0], x[1], 1, x[2]]).convolution2D(
      filters.reshaped([w[0], w[1], 1, w[2]]), bias: bias, stride: (1, stride), padding: (0, padding),
      dilation: (1, dilation))
    return y.reshaped([y.shape[0], y.shape[1], y.shape[3]])
  }
}
