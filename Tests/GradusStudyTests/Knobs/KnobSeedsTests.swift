// SPDX-License-Identifier: Apache-2.0
import Testing

import GradusStudy

/// Tuning and testing never see the same.
@Suite struct KnobSeedsTests {
  @Test(arguments: [0, 1, 7, 4711, UInt64.max] as [UInt64]) func seedsNeverMeet(_ seed: UInt64) {
    let many = KnobSeeds(seed: seed, tuning: 500, test: 500)
    #expect(Set(many.tuning).isDisjoint(with: many.test))
    #expect(Set(many.tuning).count == 500 && Set(many.test).count == 500)
    #expect((many.tuning + many.test).allSatisfy { $0 < 1 << 31 })
    // More of one kind changes neither.
    let few = KnobSeeds(seed: seed, tuning: 5, test: 10)
    #expect(few.tuning == Array(many.tuning.prefix(5)) && few.test == Array(many.test.prefix(10)))
    // Nor do those of another call meet.
    let other = KnobSeeds(seed: seed &+ 1, tuning: 500, test: 500)
    #expect(Set(many.tuning).isDisjoint(with: other.test) && other.tuning != many.tuning)
  }

  @Test func problemsHeldOut() {
    for count in 0..<60 {
      let held = KnobSeeds.heldOut(of: count, seed: 3)
      #expect(held.count == (count < 4 ? 0 : count < 10 ? count / 4 : max(5, count / 4)))
      #expect(Set(held).count == held.count && held.allSatisfy { (0..<count).contains($0) } && held == held.sorted())
    }
    #expect(Set((0..<50).map { KnobSeeds.heldOut(of: 20, seed: $0) }).count > 40)
  }
}
