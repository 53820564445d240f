// SPDX-License-Identifier: Apache-2.0

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
      geometry.unfold(image, unfolded, channels: 1, lines: 0..<geometry.rows)
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
      geometry.fold(unfolded, image, channels: 1, lines: 0..<geometry.rows)
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
