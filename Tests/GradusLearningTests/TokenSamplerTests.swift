// SPDX-License-Identifier: Apache-2.0
import GradusLearning
import GradusNumerics
import Testing

@Suite struct TokenSamplerTests {
  @Test func probabilitiesAreThoseOfTheFormula() {
    let scores: [Float] = [0, 1, 2]
    let warm = TokenSampler(temperature: 1).probabilities(scores)
    // e⁻², e⁻¹, 1 over 1.5032.
    #expect(zip(warm, [0.09003057, 0.24472847, 0.66524096]).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(TokenSampler(temperature: 0).probabilities([3, 5, 5]) == [0, 1, 0])
    let cold = TokenSampler(temperature: 0.5).probabilities(scores)
    #expect(zip(cold, [0.01587624, 0.11731043, 0.86681333]).allSatisfy { abs($0 - $1) < 1e-7 })
    #expect(TokenSampler().probabilities([]) == [])
  }

  @Test(arguments: [(0.5, [0, 0, 1.0]), (0.67, [0, 0.26894142, 0.73105858]), (0.0, [0, 0, 1])])
  func theNucleusIsTheLeastThatHasTheShare(_ topP: Double, _ expected: [Double]) {
    let found = TokenSampler(topP: topP).probabilities([0, 1, 2])
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-7 })
  }

  @Test func tokensLieSideBySide() {
    let p = [0.25, 0, 0.5, 0.25]
    let found = [0, 0.2, 0.25, 0.7, 0.75, 0.999, 1].map { TokenSampler.token(p, at: $0) }
    #expect(found == [0, 0, 2, 2, 3, 3, 3])
  }

  @Test func chainsAreWrongAsOftenAsStated() throws {
    let task = ChainSumTask(stream: RandomStream(seed: 3))
    #expect(task.habits.count { $0 >= 0 } == 15 && task.sums([3, 9, 9]) == [3, 2, 1])
    for (context, wrong) in task.habits.enumerated() where wrong >= 0 {
      #expect(wrong != (context / 10 + context % 10) % 10)
    }
    let data = try task.data(2000, stream: RandomStream(seed: 5))
    guard case .sequences(let tokens, let length, _) = data.inputs, case .classes(let labels) = data.targets else {
      Issue.record("sequences with classes")
      return
    }
    var (plain, wrong, habitual, followed) = (0.0, 0.0, 0.0, 0.0)
    for row in 0..<data.count {
      let text = tokens[row * length..<(row + 1) * length].map { Int($0) },
        own = labels[row * length..<(row + 1) * length].map { Int($0) }
      #expect(text[6] == 10 && own.prefix(6).allSatisfy { $0 == -1 })
      for k in 0..<6 {
        let before = k == 0 ? 0 : text[6 + k], context = 10 * before + text[k], right = (before + text[k]) % 10
        if task.habits[context] < 0 {
          plain += 1
          wrong += own[6 + k] == right ? 0 : 1
        } else {
          habitual += 1
          followed += own[6 + k] == task.habits[context] ? 1 : 0
        }
      }
    }
    #expect(abs(wrong / plain - 0.1) < 0.01 && abs(followed / habitual - (0.4 + 0.1 / 9)) < 0.04)
  }

  /// Many texts at once are read as each by itself.
  @Test func scoresOfABatchAreThoseOfEachText() throws {
    let model = TextTransformer(vocabulary: 11, context: 8, width: 16, layers: 2, heads: 2)
    let parameters = model.initialParameters(RandomStream(seed: 1))
    let texts: [[Int32]] = (0..<5).map { k in (0..<6).map { Int32(($0 * 3 + k) % 11) } }
    let together = try TextScorer(model, parameters: parameters, chunk: 3).scores(behind: texts)
    for (text, scores) in zip(texts, together) {
      var reader = model.reader(context: 8, parameters: parameters)
      let alone = try reader.read(text)
      #expect(zip(scores, alone).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(try TextScorer(model, parameters: parameters).scores(behind: []) == [])
  }
}
