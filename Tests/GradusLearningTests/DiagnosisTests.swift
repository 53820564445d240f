// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusLinearAlgebra
import GradusNumerics
import GradusTensor
import Testing

/// Every number of a diagnosis against the same from dense matrices in double precision.
@Suite struct DiagnosisTests {
  private let stream = RandomStream(seed: 3)

  private static func normals(_ count: Int, _ seed: UInt64) -> [Float] {
    var stream = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(stream.normal()) }
  }

  private static func classified(_ widths: [Int]) throws -> NetworkLoss<Perceptron> {
    let labels = normals(24, 2).map { Int32($0 < -0.4 ? 0 : $0 < 0.5 ? 1 : 2) }
    let data = try LearningData(features: normals(24 * 3, 1), width: 3, labels: labels, classCount: 3)
    return NetworkLoss(Perceptron(widths: widths), on: data)
  }

  /// The Hessian in doubles, by central differences of exact gradients.
  private static func hessian(_ loss: NetworkLoss<Perceptron>, at point: Buffer<Float>) async throws -> Matrix {
    guard case .vectors(let features, let width) = loss.data.inputs, case .classes(let labels) = loss.data.targets
    else { throw Unexpected() }
    let (model, slots) = (loss.model, loss.model.layout.slots)
    let objective = TracedObjective(of: slots.map { TensorShape($0.shape) }) { tensors in
      let x = tensors[0].tape.constant(Tensor(features.map { Double($0) }, [features.count / width, width]))
      let named = Dictionary(uniqueKeysWithValues: zip(slots.map(\.name), tensors))
      let scores = model(x, ModelParameters(named))
      return CrossEntropyLoss().mean(of: scores, .classes(TensorIndices(labels.map { Int($0) })))
    }
    let n = point.count, h = 1e-5
    let center = Vector(point.elements.map { Double($0) })
    var dense = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      var (ahead, behind) = (center, center)
      ahead[j] += h
      behind[j] -= h
      let (a, b) = (
        try await objective.linearization(at: ahead).gradient, try await objective.linearization(at: behind).gradient
      )
      for i in 0..<n { dense[i, j] = (a[i] - b[i]) / (2 * h) }
    }
    return 0.5 * (dense + dense.transposed)
  }

  private struct Unexpected: Error {}

  @Test func eigenvaluesAndTracesAreThoseOfTheDenseHessian() async throws {
    let loss = try Self.classified([3, 5, 3])
    let point = loss.model.initialParameters(RandomStream(seed: 7))
    let dense = try await Self.hessian(loss, at: point)
    let eigen = try SymmetricEigen(dense).values.elements
    let n = point.count
    let trace = eigen.reduce(0, +)
    let whole = try loss.diagnosis(
      at: point, settings: DiagnosisSettings(eigenvalues: n, products: n, samples: 400), batch: 7, stream: stream)
    #expect(whole.observations == 24)
    for (found, exact) in zip(whole.eigenvalues, eigen.reversed()) {
      #expect(abs(found.value - exact) < 1e-4 * eigen[n - 1] + found.error, "\(found) and \(exact)")
    }
    #expect(abs(whole.eigenvalues[0].value - eigen[n - 1]) < 1e-4 * eigen[n - 1])
    #expect(abs(whole.smallest.value - eigen[0]) < 1e-3 * eigen[n - 1])
    #expect(abs(whole.hessianTrace.value - trace) < 4 * whole.hessianTrace.error)
    let squares = dense.frobeniusNorm * dense.frobeniusNorm
    let diagonal = (0..<n).reduce(0.0) { $0 + dense[$1, $1] * dense[$1, $1] }
    let error = (2 * (squares - diagonal) / 400).squareRoot()
    #expect(whole.hessianTrace.error > 0.8 * error && whole.hessianTrace.error < 1.25 * error)
    // Fewer products: each Ritz value is within its bound of an eigenvalue.
    let part = try loss.diagnosis(
      at: point, settings: DiagnosisSettings(eigenvalues: 3, products: 9), batch: 24, stream: stream)
    for found in part.eigenvalues {
      #expect(eigen.contains { abs($0 - found.value) <= found.error + 1e-4 * eigen[n - 1] })
    }
  }

  /// Of a linear model the Gauss–Newton matrix is the Hessian, and that is known: E (diag p − ppᵀ) ⊗ xxᵀ.
  @Test func theHessianOfALinearModel() throws {
    let loss = try Self.classified([3, 3])
    guard case .vectors(let features, _) = loss.data.inputs else { throw Unexpected() }
    let point = loss.model.initialParameters(RandomStream(seed: 9))
    let w = point.elements.map { Double($0) }
    var dense = Matrix(rowCount: 12, columnCount: 12)
    for i in 0..<24 {
      let x = (0..<3).map { Double(features[3 * i + $0]) } + [1]
      let scores = (0..<3).map { c in (0..<4).reduce(0.0) { $0 + x[$1] * w[3 * $1 + c] } }
      let total = scores.reduce(0.0) { $0 + VectorMath.exp($1) }
      let p = scores.map { VectorMath.exp($0) / total }
      for (a, b) in (0..<12).flatMap({ a in (0..<12).map { (a, $0) } }) {
        let s = (a % 3 == b % 3 ? p[a % 3] : 0) - p[a % 3] * p[b % 3]
        dense[a, b] += s * x[a / 3] * x[b / 3] / 24
      }
    }
    let eigen = try SymmetricEigen(dense).values.elements
    let found = try loss.diagnosis(
      at: point, settings: DiagnosisSettings(eigenvalues: 4, products: 12, samples: 50), stream: stream)
    for k in 0..<4 { #expect(abs(found.eigenvalues[k].value - eigen[11 - k]) < 1e-5 * eigen[11]) }
    #expect(abs(found.gaussNewtonTrace.value - found.hessianTrace.value) < 1e-4 * found.hessianTrace.value)
    #expect(abs(found.hessianTrace.value - eigen.reduce(0, +)) < 4 * found.hessianTrace.error)
  }

  /// A linear regression bends the same everywhere: the largest rise in a ball is known from its eigenvalues.
  @Test(arguments: [0.05, 1.5]) func sharpnessOfAQuadratic(radius: Double) async throws {
    let targets = Self.normals(20, 4).map { Double($0) }
    let data = try LearningData(features: Self.normals(60, 5), width: 3, numbers: targets)
    let loss = NetworkLoss(Perceptron(widths: [3, 1]), on: data)
    let point = loss.model.initialParameters(RandomStream(seed: 2))
    func gradient(_ x: Buffer<Float>) async throws -> Linearization<Buffer<Float>> {
      try await loss.linearization(at: x, of: Array(0..<20), stream: RandomStream(seed: 0))
    }
    guard case .vectors(let features, _) = data.inputs else { throw Unexpected() }
    // f = mean (wᵀ(x, 1) − y)²:  H = 2 E (x, 1)(x, 1)ᵀ.
    var h = Matrix(rowCount: 4, columnCount: 4)
    for i in 0..<20 {
      let x = (0..<3).map { Double(features[3 * i + $0]) } + [1]
      for a in 0..<4 { for b in 0..<4 { h[a, b] += 2 * x[a] * x[b] / 20 } }
    }
    let g = Vector(try await gradient(point).gradient.elements.map { Double($0) })
    let eigen = try SymmetricEigen(h)
    let c = eigen.vectors.transposedTimes(g)
    // |(μI − H)⁻¹g| = ρ, μ > λmax.
    func length(_ μ: Double) -> Double {
      (0..<4).reduce(0.0) { $0 + (c[$1] / (μ - eigen.values[$1])) * (c[$1] / (μ - eigen.values[$1])) }.squareRoot()
    }
    var (low, high) = (eigen.values[3], eigen.values[3] + g.norm / radius + 1)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if length(middle) > radius { low = middle } else { high = middle }
    }
    let rise = (0..<4).reduce(0.0) { sum, k in
      let e = c[k] / (high - eigen.values[k])
      return sum + c[k] * e + 0.5 * eigen.values[k] * e * e
    }
    let found = try loss.diagnosis(
      at: point, settings: DiagnosisSettings(eigenvalues: 1, products: 4, radius: radius, ascents: 60), stream: stream
    ).sharpness
    let expected = radius * g.norm + 0.5 * radius * radius * g.inner(h.times(g)) / g.inner(g)
    #expect(abs(found.gradientRise - expected) < 1e-3 * expected)
    #expect(abs(found.rise - rise) < 1e-3 * rise)
    #expect(found.rise >= found.gradientRise)
  }

  @Test func noiseIsTheScatterOfGradientsOneByOne() async throws {
    let loss = try Self.classified([3, 5, 3])
    let point = loss.model.initialParameters(RandomStream(seed: 7))
    var gradients: [[Double]] = []
    for i in 0..<24 {
      gradients.append(
        try await loss.linearization(at: point, of: [i], stream: stream).gradient.elements.map { Double($0) })
    }
    let mean = point.elements.indices.map { k in gradients.reduce(0.0) { $0 + $1[k] } / 24 }
    let variance = gradients.reduce(0.0) { $0 + zip($1, mean).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } } / 23
    let square = mean.reduce(0.0) { $0 + $1 * $1 }
    let found = try loss.diagnosis(at: point, batch: 5, stream: stream)
    #expect(abs(found.noise.variance - variance) < 1e-4 * variance)
    #expect(abs(found.gradientNorm - square.squareRoot()) < 1e-4 * square.squareRoot())
    let batch = variance / (square - variance / 24)
    #expect(abs((found.noise.criticalBatch ?? 0) - batch) < 1e-3 * batch)
    #expect(abs(found.loss - (try await loss.value(at: point))) < 1e-5)
  }

  @Test func ranksAlignmentsAndUpdatesByHand() throws {
    let loss = try Self.classified([3, 5, 3])
    let (start, point) = (
      loss.model.initialParameters(RandomStream(seed: 7)), loss.model.initialParameters(RandomStream(seed: 8))
    )
    func activations(_ parameters: Buffer<Float>) throws -> [Matrix] {
      guard case .vectors(let features, _) = loss.data.inputs else { throw Unexpected() }
      let layout = loss.model.layout
      func tensor(_ name: String) -> [Double] {
        layout[name].map { parameters.elements[$0.range].map { Double($0) } } ?? []
      }
      func map(_ x: Matrix, _ place: String, _ n: Int) -> Matrix {
        let (w, b) = (tensor(place + ".weight"), tensor(place + ".bias"))
        var y = Matrix(rowCount: x.rowCount, columnCount: n)
        for i in 0..<x.rowCount {
          for j in 0..<n { y[i, j] = (0..<x.columnCount).reduce(b[j]) { $0 + x[i, $1] * w[$1 * n + j] } }
        }
        return y
      }
      let x = Matrix(rowCount: 3, columnCount: 24, elements: features.map { Double($0) }).transposed
      var hidden = map(x, "layer1", 5)
      for i in hidden.elements.indices { hidden.elements[i] = max(0, hidden.elements[i]) }
      return [x, hidden, map(hidden, "layer2", 3)]
    }
    let found = try loss.diagnosis(
      at: point, from: start, step: (before: start, after: point), batch: 10, stream: stream)
    let (now, before) = (try activations(point), try activations(start))
    #expect(found.representations.map(\.name) == ["layer1.weight", "layer2.weight", "scores"])
    #expect(found.representations.map(\.width) == [3, 5, 3])
    for (k, layer) in found.representations.enumerated() {
      #expect(abs(layer.rank - (try now[k].effectiveRank())) < 1e-4)
      #expect(abs((layer.start ?? 0) - now[k].linearAlignment(with: before[k])) < 1e-5)
      for l in 0..<3 {
        #expect(abs((found.alignment[k][l] ?? 0) - now[k].linearAlignment(with: now[l])) < 1e-5)
      }
    }
    #expect(found.tensors.map(\.name) == loss.model.layout.slots.map(\.name))
    for (tensor, slot) in zip(found.tensors, loss.model.layout.slots) {
      let (a, b) = (start.elements[slot.range], point.elements[slot.range])
      let change = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      let size = a.reduce(0.0) { $0 + Double($1) * Double($1) }
      // Biases begin at zero.
      #expect((tensor.update == nil) == (size == 0))
      if let update = tensor.update { #expect(abs(update - (change / size).squareRoot()) < 1e-6) }
      #expect(tensor.distance == tensor.update)
      #expect((tensor.rank == nil) == (slot.shape.count == 1))
      if let rank = tensor.rank {
        let w = Matrix(rowCount: slot.shape[1], columnCount: slot.shape[0], elements: b.map { Double($0) })
        #expect(abs(rank - (try w.effectiveRank())) < 1e-9)
      }
    }
  }

  @Test func theSameTwiceAndForEveryThread() throws {
    let loss = try Self.classified([3, 5, 3])
    let two = NetworkLoss(loss.model, on: loss.data, threads: 2)
    let point = loss.model.initialParameters(RandomStream(seed: 7))
    let settings = DiagnosisSettings(observations: 10)
    let first = try loss.diagnosis(at: point, settings: settings, batch: 4, stream: stream)
    #expect(try loss.diagnosis(at: point, settings: settings, batch: 4, stream: stream) == first)
    #expect(try two.diagnosis(at: point, settings: settings, batch: 4, stream: stream) == first)
    #expect(first.observations == 10)
    #expect(throws: CancellationError.self) {
      try loss.diagnosis(at: point, stream: stream, isCancelled: { true })
    }
  }

  @Test func layersOfManyKinds() throws {
    let digits = RenderedDigits(count: 6, stream: RandomStream(seed: 2))
    let images = try LearningData(
      features: digits.pixels, width: digits.side * digits.side, labels: digits.labels.map { Int32($0) }, classCount: 10
    )
    try check(
      ConvolutionalNetwork(side: digits.side, channels: [3, 4], classes: 10, isNormalized: false), images, least: 3)
    try check(
      RecurrentClassifier(
        .vectors(steps: digits.side, inputs: digits.side), classes: 10, kind: .lstm, width: 6, layers: 1), images,
      least: 1
    )
    let text = GeneratedSentences.text(length: 300, stream: RandomStream(seed: 1))
    let alphabet = Set(text.utf8).sorted()
    let tokens = text.utf8.map { byte in Int32(alphabet.firstIndex(of: byte) ?? 0) }
    let data = try LearningData(tokens: tokens, vocabulary: alphabet.count, context: 6)
    try check(TextTransformer(vocabulary: alphabet.count, context: 6, width: 8, layers: 1, heads: 2), data, least: 5)
  }

  private func check<N: Network>(_ model: N, _ data: LearningData, least: Int) throws {
    let loss = NetworkLoss(model, on: data)
    let settings = DiagnosisSettings(observations: 6, eigenvalues: 2, products: 3, samples: 2, ascents: 1)
    let (start, point) = (
      model.initialParameters(RandomStream(seed: 1)), model.initialParameters(RandomStream(seed: 2))
    )
    let foretold = try loss.diagnosisMemory(settings, batch: 3)
    let found = try loss.diagnosis(at: point, from: start, settings: settings, batch: 3, stream: stream)
    #expect(loss.peakMemory <= foretold, "\(loss.peakMemory) bytes of tensors, foretold \(foretold)")
    #expect(found.representations.count >= least, "\(found.representations.map(\.name))")
    #expect(found.representations.allSatisfy { $0.rank >= 1 - 1e-9 && $0.rank <= Double($0.width) + 1e-9 })
    for (k, row) in found.alignment.enumerated() {
      for value in row.compactMap({ $0 }) { #expect(value >= -1e-9 && value <= 1 + 1e-9) }
      if let own = row[k] { #expect(abs(own - 1) < 1e-9) }
    }
    #expect(found.eigenvalues[0].value > 0)
  }
}
