// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import GradusStudy
import Testing

@Suite struct AutoRateTests {
  @Test func aForecastOfAnExponential() throws {
    let losses = (1...100).map { 2 * exp(-Double($0) / 40) + 0.5 }
    let forecast = try #require(LossForecast(losses))
    #expect(abs(forecast.value(at: 1000) - 0.5) < 0.01)
    #expect(abs(forecast.value(at: 50) - losses[49]) < 0.01)
  }

  @Test func noiseAndOutliersMoveAForecastLittle() throws {
    var stream = RandomStream(seed: 1)
    var losses = (1...200).map { 2 * exp(-Double($0) / 60) + 0.5 + 0.05 * stream.normal() }
    let clean = try #require(LossForecast(losses)).value(at: 1000)
    for k in [4, 17, 40, 77] { losses[k] += 20 }
    #expect(abs(try #require(LossForecast(losses)).value(at: 1000) - clean) < 0.1)
    #expect(abs(clean - 0.5) < 0.1)
  }

  @Test func noForecastOfWhatIsNoNumber() {
    #expect(LossForecast([1, 2]) == nil)
    #expect(LossForecast([1, .nan, 3, 4]) == nil)
    #expect(LossForecast([1, .infinity, 3, 4]) == nil)
  }

  /// Ten trials cover the range, the stage takes the best forecast, and the next one is twice as long.
  @Test func aStageTakesTheBestOfItsTrials() throws {
    var search = RateSearch(lowest: 1e-4, highest: 1, firstStage: 100, longestStage: 400)
    func losses(_ part: RateSearch.Part) -> [Double] {
      let speed = exp(-pow(log10(part.rate) + 2, 2))
      return (1...part.steps).map { 1 + exp(-speed * Double($0) / 20) }
    }
    var rates: [Double] = []
    for _ in 0..<10 {
      let part = search.next(remaining: 1000)
      #expect(part == search.next(remaining: 1000), "asking twice gives the same part")
      #expect(part.isTrial && part.steps == 10 && (1e-4...1).contains(part.rate))
      rates.append(part.rate)
      search.tell(losses(part))
    }
    let gaps = rates.map { log10($0) }.sorted()
    #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $1 - $0 < 1.2 }, "no decade is left out")
    let stage = search.next(remaining: 1000)
    #expect(!stage.isTrial && stage.steps == 100)
    #expect(abs(log10(stage.rate) + 2) < 0.5)
    search.tell(losses(stage))
    #expect(search.next(remaining: 1000).steps == 20)
    #expect(try JSONDecoder().decode(RateSearch.self, from: JSONEncoder().encode(search)) == search)
  }

  @Test func aTrialThatDivergedIsNotTaken() {
    var search = RateSearch(lowest: 1e-3, highest: 10, firstStage: 50)
    for _ in 0..<10 {
      let part = search.next(remaining: 500)
      search.tell(part.rate > 0.1 ? [1, .nan] : (1...part.steps).map { 1 - 0.01 * part.rate * Double($0) })
    }
    #expect(search.next(remaining: 500).rate <= 0.1)
  }

  /// Least squares with noise in the rows: the training ends as the best constant rates do, and its stages are to the bit
  /// those of a training that was told the rates.
  @Test func stagesAreThoseOfATrainingWithoutTrials() async throws {
    let oracle = Rows(count: 256, width: 8, seed: 4)
    let rule = Elementwise(LearningRate(1))
    let trainer = Trainer(rule, batchSize: 16, steps: 300)
    let auto = AutoRateTrainer(trainer, search: RateSearch(lowest: 1e-4, highest: 1, firstStage: 100))
    let run = try Run(oracle.problem, by: auto, asking: oracle, seed: 2)
    while try await run.step() {}
    #expect(run.state.training.step == 300)
    #expect(run.state.rates.map(\.step) == [1, 101])
    #expect(run.state.trialSteps == 100 + 200)

    var plain = trainer.start(oracle.problem, random: RandomStream(seed: 2))
    let rates = run.state.rates
    while let question = trainer.ask(&plain) {
      let answer = try #require(
        try oracle.immediateLinearization(at: question.point, of: question.rows, stream: question.stream))
      let rate = rates.last { $0.step <= plain.step + 1 }?.rate ?? 0
      trainer.tell(&plain, answer, to: question, rateFactor: rate)
    }
    #expect(plain.parameters == run.state.training.parameters)
  }
}

/// ½(aᵀx − b)² of rows drawn once.
private struct Rows: MinibatchOracle {
  typealias Point = Buffer<Float>
  let rows: [[Float]]
  let targets: [Float]

  init(count: Int, width: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed)
    rows = (0..<count).map { _ in (0..<width).map { _ in Float(stream.normal()) } }
    targets = rows.map { $0.reduce(0, +) + Float(0.1 * stream.normal()) }
  }

  var problem: Training {
    Training(
      layout: Layout([("x", [rows[0].count])]), start: Buffer([Float](repeating: 0, count: rows[0].count)),
      observationCount: rows.count, modelFingerprint: 1, dataFingerprint: 2)
  }

  func linearization(
    at point: Buffer<Float>, of chosen: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> { mean(point, chosen) }

  func immediateLinearization(
    at point: Buffer<Float>, of chosen: [Int], stream: RandomStream
  ) throws -> Linearization<Buffer<Float>>? { mean(point, chosen) }

  private func mean(_ point: Buffer<Float>, _ chosen: [Int]) -> Linearization<Buffer<Float>> {
    var (value, gradient) = (0.0, [Float](repeating: 0, count: point.count))
    for i in chosen {
      var miss = -targets[i]
      for j in gradient.indices { miss += rows[i][j] * point.elements[j] }
      value += 0.5 * Double(miss * miss) / Double(chosen.count)
      for j in gradient.indices { gradient[j] += miss * rows[i][j] / Float(chosen.count) }
    }
    return Linearization(value: value, gradient: Buffer(gradient))
  }
}
