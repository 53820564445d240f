// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

@Suite struct DataTests {
  @Test(arguments: [(10, 3, false), (10, 3, true), (9, 3, false), (4, 4, true), (3, 5, false)])
  func everyEpochHasEveryObservationOnce(_ count: Int, _ size: Int, _ dropsLast: Bool) {
    var order = BatchOrder(count: count, size: size, stream: RandomStream(seed: 1), dropsLast: dropsLast)
    var epochs: [[Int]] = []
    for epoch in 0..<4 {
      var seen: [Int] = []
      for _ in 0..<order.batchesPerEpoch {
        #expect(order.epoch == epoch)
        seen += order.next()
      }
      #expect(order.epoch == epoch + 1)
      #expect(Set(seen).count == seen.count)
      #expect(seen.count == (dropsLast ? count / size * size : count))
      epochs.append(seen)
    }
    #expect(Set(epochs).count > 1)
  }

  @Test(arguments: [0, 1, 5, 7])
  func savedAndContinued(_ lead: Int) throws {
    var order = BatchOrder(count: 11, size: 3, stream: RandomStream(seed: 2))
    for _ in 0..<lead { _ = order.next() }
    var again = try JSONDecoder().decode(BatchOrder.self, from: JSONEncoder().encode(order))
    for _ in 0..<9 { #expect(order.next() == again.next()) }
  }

  @Test func inOrderWhenNotShuffled() {
    var order = BatchOrder(count: 5, size: 2, stream: RandomStream(seed: 1), isShuffled: false)
    #expect([order.next(), order.next(), order.next(), order.next()] == [[0, 1], [2, 3], [4], [0, 1]])
  }

  /// The nearest mean picture tells most digits: they are readable, and not all alike.
  @Test func digitsAreReadable() {
    let train = RenderedDigits(count: 600, stream: RandomStream(seed: 1))
    let test = RenderedDigits(count: 200, stream: RandomStream(seed: 2))
    let size = train.side * train.side
    var means = [[Float]](repeating: [Float](repeating: 0, count: size), count: 10)
    for i in 0..<train.count {
      for (k, p) in train.picture(i).enumerated() { means[train.labels[i]][k] += p / 60 }
    }
    var right = 0
    for i in 0..<test.count {
      let distances = means.map { mean in
        zip(mean, test.picture(i)).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      if distances.indices.min(by: { distances[$0] < distances[$1] }) == test.labels[i] { right += 1 }
    }
    #expect(right >= 140 && right < 200, "\(right) of 200")
    #expect(train.pixels.allSatisfy { (0...1).contains($0) })
    #expect(train.picture(0) != train.picture(10))
  }

  @Test func aPictureDependsOnItsNumberAlone() {
    let few = RenderedDigits(count: 7, stream: RandomStream(seed: 3))
    let many = RenderedDigits(count: 30, stream: RandomStream(seed: 3))
    #expect(few.pixels == Array(many.pixels.prefix(few.pixels.count)))
  }
}
