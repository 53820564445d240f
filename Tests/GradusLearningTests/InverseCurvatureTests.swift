// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// Exact and iterated inverses of the damped Gauss–Newton matrix, and what is traced with them.
@Suite struct InverseCurvatureTests {
  private static func network() throws -> (loss: NetworkLoss<DeepNetwork>, point: Buffer<Float>) {
    let data = try PowerLawTask(width: 5, classCount: 3, exponent: 0.3, stream: RandomStream(seed: 1)).data(40)
    let loss = NetworkLoss(DeepNetwork(inputs: 5, width: 4, depth: 1, classes: 3), on: data)
    return (loss, loss.model.initialParameters(RandomStream(seed: 2)))
  }

  @Test func exactSolvesAreExact() throws {
    let (loss, point) = try Self.network()
    let n = point.count
    let damping = Vector((0..<n).map { 0.05 + 0.001 * Double($0) })
    let exact = try DampedGaussNewton(loss, at: point, of: Array(0..<40), damping: damping)
    var stream = RandomStream(seed: 3)
    let v = stream.normals(n)
    let x = exact.solve(v)
    // (G + D)x from products of the library.
    let moved = try loss.gaussNewtonProduct(at: point, of: Array(0..<40), along: Buffer(x.elements.map { Float($0) }))
    for i in 0..<n { #expect(abs(Double(moved.elements[i]) + damping[i] * x[i] - v[i]) < 1e-4) }

    let layout = loss.model.layout
    let blocks = ["layer0", "layer1"].map { name in
      layout.slots.filter { $0.name.hasPrefix(name) }.flatMap { Array($0.range) }
    }
    let parted = try exact.blockDiagonal(blocks)
    var alone = v
    for i in blocks[1] { alone[i] = 0 }
    let y = parted.solve(alone)
    #expect(blocks[1].allSatisfy { y[$0] == 0 } && blocks[0].contains { y[$0] != 0 })
    #expect((y - exact.solve(alone)).norm > 1e-6)
  }

  @Test func iterationComesToTheExactSolution() throws {
    let (loss, point) = try Self.network()
    let damping = Vector(repeating: 0.1, count: point.count)
    let exact = try DampedGaussNewton(loss, at: point, of: Array(0..<40), damping: damping)
    var stream = RandomStream(seed: 3)
    let v = stream.normals(point.count)
    func miss(_ iterations: Int, _ batch: Int) throws -> Double {
      let iterated = try IteratedInverse(
        loss, at: point, of: Array(0..<40), damping: damping, iterations: iterations, batch: batch, stream: stream)
      return (try iterated.solve(v, stream: stream) - exact.solve(v)).norm / exact.solve(v).norm
    }
    #expect(try miss(100, 40) < 1e-3)
    #expect(try miss(5, 40) > 0.01)
    #expect(try miss(100, 10) < 0.3)
  }

  @Test func factorsAreHandedOutWhole() throws {
    let (loss, point) = try Self.network()
    let rows = Array(0..<40)
    let fitted = try InfluenceFunctions(loss, at: point, fittedTo: rows, stream: RandomStream(seed: 5))
    #expect(fitted.products.map(\.tensors) == [["layer0.weight", "layer0.bias"], ["layer1.weight", "layer1.bias"]])
    #expect(fitted.damping.elements.allSatisfy { $0 > 0 } && Set(fitted.damping.elements).count == 2)
    let same = try loss.influences(of: rows, on: [1, 7], at: point, chunk: 13) { fitted.solve($0) }
    let table = try fitted.influences(of: rows, on: [1, 7])
    for (a, b) in zip(same, table) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-5 * max(1, abs(y))) }
    }
  }

  @Test func correlationIsThatOfTheBook() {
    #expect(abs((Correlation.pearson([1, 2, 3], [2, 4, 6]) ?? 0) - 1) < 1e-12)
    #expect(abs((Correlation.pearson([1, 2, 3, 4], [1, 3, 2, 4]) ?? 0) - 0.8) < 1e-12)
    #expect(Correlation.pearson([1, 1], [1, 2]) == nil && Correlation.pearson([.nan, 1], [1, 2]) == nil)
  }

  @Test func factsStandInTheirTextsAndQuestions() throws {
    let facts = PlantedFacts(count: 30, stream: RandomStream(seed: 4))
    let data = try facts.data(questions: [3, 29])
    #expect(data.count == 32 && data.classCount == PlantedFacts.vocabulary)
    guard case .sequences(let tokens, let length, _) = data.inputs, case .classes(let labels) = data.targets else {
      Issue.record("facts are sequences with a class for each position")
      return
    }
    #expect(length == PlantedFacts.length)
    func said(_ numbers: some Sequence<Int32>) -> String { String(numbers.map { PlantedFacts.alphabet[Int($0)] }) }
    for (row, fact) in [(3, 3), (30, 3), (31, 29)] {
      let (shown, counted) = (tokens[row * length..<(row + 1) * length], labels[row * length..<(row + 1) * length])
      let text = facts.text(fact)
      #expect(said(shown) == text.dropLast())
      #expect(said(counted.filter { $0 >= 0 }) == (row < 30 ? text.dropFirst() : text.dropLast().suffix(3)))
    }
    #expect(Set((0..<30).map { facts.text($0) }).count == 30)
    #expect((0..<30).allSatisfy { facts.text($0).count == length + 1 && facts.text($0).last == ";" })
  }
}
