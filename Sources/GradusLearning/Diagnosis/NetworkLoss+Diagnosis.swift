// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics
import GradusTensor
import Synchronization

extension NetworkLoss {
  /// What the network looks like at `point`; see `NetworkDiagnosis`.
  ///
  /// `start` are the parameters before training, `step` those before and after the last step. `batch` observations are walked
  /// over at once. Throws `CancellationError` soon after `isCancelled`, and `notFinite` where a derivative is no number.
  /// Cost: `settings.gradients` gradients of the observations looked at, and an eigendecomposition for each rank.
  public func diagnosis(
    at point: Buffer<Float>, from start: Buffer<Float>? = nil,
    step: (before: Buffer<Float>, after: Buffer<Float>)? = nil, settings: DiagnosisSettings = DiagnosisSettings(),
    batch: Int = 64, stream: RandomStream, isCancelled: @escaping () -> Bool = { false }
  ) throws -> NetworkDiagnosis {
    precondition(batch > 0, "a batch has at least one observation")
    let rows = examined(settings.observations, stream)
    let examiner = NetworkExaminer(loss: self, point: point, rows: rows, batch: batch, isCancelled: isCancelled)
    let here = try examiner.linearization()
    guard here.value.isFinite, here.gradient.isFinite else { throw FactorizationError.notFinite }
    let count = point.count
    let lanczos = try Lanczos(
      count: count, steps: settings.products, random: stream.child("lanczos"), vectorCount: 1,
      product: examiner.hessianProduct)
    let found = lanczos.values.count
    // Products are rounded to single precision: no value is better than that, whatever the bound of exact arithmetic.
    let rounding = 0x1p-20 * lanczos.values.maximumMagnitude
    func eigenvalue(_ i: Int) -> NetworkDiagnosis.Estimate {
      .init(value: lanczos.values[i], error: max(lanczos.errors[i], rounding))
    }
    // The same signs for both: what they differ by is not the luck of the draw.
    func trace(_ product: (Vector) throws -> Vector) throws -> NetworkDiagnosis.Estimate {
      let estimate = try TraceEstimate.hutchinson(
        count: count, samples: settings.samples, random: stream.child("trace"), product: product)
      return .init(value: estimate.value, error: estimate.standardError)
    }
    let probe = try examiner.probe(at: point)
    let before = try start.map { try examiner.probe(at: $0) }
    let pictures = try representations(probe, before)
    return NetworkDiagnosis(
      observations: rows.count, loss: here.value, gradientNorm: here.gradient.norm,
      eigenvalues: (0..<min(settings.eigenvalues, found)).map { eigenvalue(found - 1 - $0) }, smallest: eigenvalue(0),
      hessianTrace: try trace(examiner.hessianProduct), gaussNewtonTrace: try trace(examiner.gaussNewtonProduct),
      sharpness: try examiner.sharpness(settings, here, lanczos.vectors.column(0)), noise: try examiner.noise(),
      tensors: try tensors(point, start, step), representations: pictures.layers, alignment: pictures.alignment)
  }

  /// Bytes that a diagnosis takes at most, on top of model and data: measured on a few observations and carried on.
  ///
  /// Cost: two products with the Hessian of at most eight observations.
  public func diagnosisMemory(_ settings: DiagnosisSettings = DiagnosisSettings(), batch: Int = 64) throws -> Int {
    let count = min(batch, settings.observations, data.count), large = min(count, 8), small = max(1, large / 2)
    let peak = try productPeak(large)
    let slope = large > small ? Double(max(0, peak - (try productPeak(small)))) / Double(large - small) : 0
    let tensors = Double(peak) + slope * Double(count - large)
    let p = Double(layout.count), n = Double(min(settings.observations, data.count))
    // Vectors of Lanczos in doubles; those of a product, a gradient and a ball in both precisions.
    let vectors = 8 * p * Double(settings.products + 12)
    let single = 4 * p * min(Double(count), max(1, Double(1 << 23) / max(1, p)))
    let layers = Double(layout.slots.count { $0.shape.count > 1 } + 1)
    let sights = 2 * layers * (4 * Double(RepresentationProbe.limit) + 8 * n * n)
    let known = 8 * Double(RepresentationProbe.limit) + min(sights, 2 * layers * n * (tensors / Double(count) + 8 * n))
    return Int(min(tensors + vectors + max(2 * single, known), 1e18))
  }

  /// The most that tensors take in a product with the Hessian.
  func productPeak(_ count: Int) throws -> Int {
    let engine = workspace.withLock { $0.tape.engine }
    engine.releaseUnusedMemory()
    engine.resetPeakMemory()
    defer {
      engine.releaseUnusedMemory()
      engine.resetPeakMemory()
    }
    let point = model.initialParameters(RandomStream(seed: 0))
    _ = try hessianProduct(at: point, of: Array(0..<count), along: point)
    return engine.peakMemory
  }

  private func examined(_ wanted: Int, _ stream: RandomStream) -> [Int] {
    guard data.count > wanted else { return Array(0..<data.count) }
    var stream = stream.child("observations")
    return stream.permutation(data.count).prefix(wanted).sorted()
  }

  private func representations(
    _ probe: RepresentationProbe, _ before: RepresentationProbe?
  ) throws -> (layers: [NetworkDiagnosis.Representation], alignment: [[Double?]]) {
    let examples = min(probe.examples, before?.examples ?? probe.examples)
    let kernels = probe.kernels(examples)
    let others = Dictionary(
      zip(before?.layers.map(\.name) ?? [], before?.kernels(examples) ?? []), uniquingKeysWith: { first, _ in first })
    let ranks = try probe.ranks()
    let layers = zip(probe.layers, zip(ranks, kernels)).map { layer, found in
      NetworkDiagnosis.Representation(
        name: layer.name, width: layer.width, rank: found.0,
        start: others[layer.name].flatMap { RepresentationProbe.alignment(found.1, $0) })
    }
    return (layers, kernels.map { a in kernels.map { RepresentationProbe.alignment(a, $0) } })
  }

  private func tensors(
    _ point: Buffer<Float>, _ start: Buffer<Float>?, _ step: (before: Buffer<Float>, after: Buffer<Float>)?
  ) throws -> [NetworkDiagnosis.Tensor] {
    func ratio(_ a: Buffer<Float>, _ b: Buffer<Float>, _ range: Range<Int>) -> Double? {
      var (change, size) = (0.0, 0.0)
      for i in range {
        let (x, y) = (Double(a.elements[i]), Double(b.elements[i]))
        change += (y - x) * (y - x)
        size += x * x
      }
      return size > 0 ? (change / size).squareRoot() : nil
    }
    return try layout.slots.map { slot in
      let rows = slot.shape.first ?? 1
      let isRanked = slot.shape.count > 1 && min(rows, slot.count / rows) <= 2048
      let matrix =
        isRanked
        ? Matrix(
          rowCount: slot.count / rows, columnCount: rows, elements: point.elements[slot.range].map { Double($0) }) : nil
      return .init(
        name: slot.name, shape: slot.shape, rank: try matrix?.effectiveRank(),
        update: step.flatMap { ratio($0.before, $0.after, slot.range) },
        distance: start.flatMap { ratio($0, point, slot.range) })
    }
  }
}
