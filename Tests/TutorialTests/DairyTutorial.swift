// SPDX-License-Identifier: Apache-2.0
import Gradus
import Testing

/// The Swift of Documentation/tutorial.md, word for word: a test of the tools compares what stands between the marks.
@Suite struct DairyTutorial {
  @Test func fromWordsToAVerifiedAnswer() async throws {
    // tutorial: model
    let products = ["cheese", "butter", "yoghurt"]
    let milk = [10, 20, 1.2], labor = [0.5, 0.3, 0.05]
    let price = [14, 24, 2.6], drop = [0.6, 1.1, 0.012]

    let model = Model("dairy")
    let make = products.map { model.variable("make[\($0)]", from: 0) }
    model.maximize(sum(over: 0..<3) { price[$0] * make[$0] - drop[$0] * make[$0] ** 1.5 })
    let milkRow = model.require(sum(over: 0..<3) { milk[$0] * make[$0] } <= 1000, "milk_delivered")
    model.require(sum(over: 0..<3) { labor[$0] * make[$0] } <= 45, "hours")
    model.require(make[2] <= 400, "jars")
    // tutorial: end

    // tutorial: solve
    let answer = try await model.solve()
    print(answer.status, answer.objective ?? .nan)
    for (name, amount) in zip(products, answer.point.elements) { print(name, amount) }
    print("one more liter of milk is worth", answer.duals?[milkRow] ?? .nan)
    // tutorial: end
    #expect(answer.status == .optimal)
    #expect(abs((answer.objective ?? 0) - 1489.40818777) < 1e-6 * 1489)
    #expect(abs(answer.point[0] - 28.661119) < 1e-4)
    #expect(answer.certificate.verified)
    let worth = try #require(answer.duals?[milkRow])

    // tutorial: again
    model.setSides(ofRow: milkRow, from: -.infinity, to: 1010)
    model.start(from: answer)
    let more = try await model.solve()
    // tutorial: end
    let gain = (more.objective ?? 0) - (answer.objective ?? 0)
    #expect(abs(gain - 10 * worth) < 0.01 * gain)
  }
}
