// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusLinearAlgebra
import GradusNumerics
import Testing

@Suite struct InfluenceTests {
  private static func clusters(_ count: Int) throws -> LearningData {
    var stream = RandomStream(seed: 3)
    var (features, labels): ([Float], [Int32]) = ([], [])
    for i in 0..<count {
      let label = i % 3
      features += (0..<4).map { j in Float((j == label ? 1.2 : 0) + 0.6 * stream.normal()) }
      labels.append(Int32(label))
    }
    return try LearningData(features: features, width: 4, labels: labels, classCount: 3)
  }

  private static func trained() throws -> (loss: NetworkLoss<DeepNetwork>, point: Buffer<Float>) {
    let loss = NetworkLoss(
      DeepNetwork(inputs: 4, width: 5, depth: 1, classes: 3), on: try clusters(60))
    let trainer = Trainer(
      Elementwise(AdamMoments().then(LearningRate(0.02))), batchSize: 20, steps: 150)
    var state = trainer.start(loss.problem(RandomStream(seed: 1)), random: RandomStream(seed: 2))
    while let question = trainer.ask(&state),
      let answer = try loss.immediateLinearization(at: question.point, of: question.rows, stream: question.stream)
    {
      trainer.tell(&state, answer, to: question)
    }
    return (loss, state.parameters)
  }

  /// The Gauss–Newton matrix, column by column.
  private static func curvature(_ loss: NetworkLoss<DeepNetwork>, _ point: Buffer<Float>) throws -> Matrix {
    let n = point.count
    var matrix = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      var unit = [Float](repeating: 0, count: n)
      unit[j] = 1
      let column = try loss.gaussNewtonProduct(at: point, of: Array(0..<60), along: Buffer(unit))
      for i in 0..<n { matrix[i, j] = Double(column.elements[i]) }
    }
    return matrix
  }

  @Test func scoresFollowTheDampedGaussNewtonSolution() throws {
    let (loss, point) = try Self.trained()
    let (rows, queries) = (Array(0..<60), Array(0..<6))
    let fitted = try InfluenceFunctions(loss, at: point, fittedTo: rows, batch: 25, stream: RandomStream(seed: 5))
    let scores = try fitted.influences(of: rows, on: queries, chunk: 17)
    #expect(scores.count == 6 && scores.allSatisfy { $0.count == 60 })

    var damped = try Self.curvature(loss, point)
    let damping = 0.1 * (0..<point.count).reduce(0.0) { $0 + damped[$1, $1] } / Double(point.count)
    for i in 0..<point.count { damped[i, i] += damping }
    let factor = try Cholesky(damped)
    let gradients = try loss.perExampleGradients(at: point, of: rows).map { Vector($0.elements.map(Double.init)) }
    var (close, plain) = (0.0, 0.0)
    for q in queries {
      let solved = factor.solve(gradients[q])
      let exact = gradients.map { -$0.inner(solved) }
      close += Self.correlation(scores[q], exact) / 6
      plain += Self.correlation(gradients.map { -$0.inner(gradients[q]) }, exact) / 6
      #expect(scores[q][q] < 0, "an observation lowers its own loss")
    }
    #expect(close > 0.6, "correlation \(close) with the exact solution, of the plain product \(plain)")
    #expect(close > plain + 0.05)
  }

  @Test func sequencesAndConvolutionsAreCovered() throws {
    let text = GeneratedSentences.text(length: 300, stream: RandomStream(seed: 1))
    let alphabet = Set(text.utf8).sorted()
    let tokens = text.utf8.map { byte in Int32(alphabet.firstIndex(of: byte) ?? 0) }
    let data = try LearningData(tokens: tokens, vocabulary: alphabet.count, context: 5)
    let words = NetworkLoss(
      TextTransformer(vocabulary: alphabet.count, context: 5, width: 8, layers: 1, heads: 2), on: data)
    let point = words.model.initialParameters(RandomStream(seed: 4))
    let scores = try InfluenceFunctions(
      words, at: point, fittedTo: Array(0..<12), stream: RandomStream(seed: 5)
    ).influences(of: Array(0..<12), on: [0, 3])
    #expect(scores.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(scores[0][0] < 0 && scores[1][3] < 0)

    let shapes = try RenderedShapes(count: 16, stream: RandomStream(seed: 2)).data()
    let pictures = NetworkLoss(
      ConvolutionalNetwork(side: 16, channels: [3], hidden: 6, classes: 8, isNormalized: false), on: shapes)
    let start = pictures.model.initialParameters(RandomStream(seed: 4))
    let table = try InfluenceFunctions(
      pictures, at: start, fittedTo: Array(0..<16), stream: RandomStream(seed: 5)
    ).influences(of: Array(0..<16), on: [1])
    #expect(table[0].allSatisfy(\.isFinite) && table[0][1] < 0)
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    var (sab, saa, sbb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      sab += (x - ma) * (y - mb)
      saa += (x - ma) * (x - ma)
      sbb += (y - mb) * (y - mb)
    }
    return sab / (saa * sbb).squareRoot()
  }
}
