// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import Testing

@Suite struct FormulatingWordTests {
  private func first(_ text: String) -> [Double] { WordNumber.all(in: text).compactMap(\.readings.first) }

  @Test func numbersAreReadAsPeopleWriteThem() {
    #expect(first("1,200 pieces at $3.19, 5 tons") == [1200, 3.19, 5])
    #expect(first("2.5 million and 3k, two hundred, twenty-five") == [2.5e6, 3000, 200, 25])
    #expect(first("a half, seven of twelve") == [0.5, 7, 12])
    #expect(first("3/4 of it") == [0.75])
    #expect(first("at 8:30") == [8.5])
    #expect(first("1e-3 and 12.") == [1e-3, 12])
    #expect(first("weights 100,200,300") == [100_200_300])
    #expect(WordNumber.all(in: "weights 100,200,300")[0].readings.contains(200))
  }

  @Test func whatIsNoNumberIsNotRead() {
    #expect(first("machine A1, CO2, x_3, the 3rd day, often, someone").isEmpty)
    #expect(first("1. Buy 5\n2) Sell 6\n  3. Keep 7") == [5, 6, 7])
    #expect(first("").isEmpty)
  }

  @Test func percentagesHaveFourReadings() {
    let readings = WordNumber.all(in: "at least 20 % of it").first?.readings
    #expect(readings == [20, 0.2, 0.8, 1.2])
    #expect(WordNumber.all(in: "20 percent").first?.readings == readings)
    #expect(WordNumber.all(in: "twenty percent").first?.readings == readings)
  }

  @Test func looseWordsAreNotCertain() {
    #expect(WordNumber.all(in: "one or both of a pair").allSatisfy { !$0.isCertain })
    #expect(WordNumber.all(in: "two").first?.isCertain == true)
  }

  @Test func textsInOtherLanguagesHaveTheirCommas() throws {
    let text = "Ein Bäcker hat 3,5 kg Mehl zu 1.200 Euro und 1,200 Stunden; ein Brot braucht 0,75 kg. Wie viele Brote?"
    #expect(first(text) == [3.5, 1.2, 1200, 0.75])
    #expect(WordNumber.all(in: text).map { $0.readings.contains(1200) } == [false, true, true, false])
    #expect(first("There are boxes with a capacity of [5,9] and of [1,200] for the goods of a firm.") == [5, 9, 1200])
  }

  @Test func severalProblemsAreNotOne() throws {
    func fault(_ text: String) -> WordProblem.Fault? {
      do throws(WordProblem.Fault) { _ = try WordProblem(text) } catch { return error }
      return nil
    }
    let two = "Problem 1:\nMaximize the profit of 3 wares.\n\nProblem 2: A sack holds 9 kg. What is worth the most?"
    #expect(fault(two) == .several(lines: [1, 4]))
    #expect(fault(two)?.description.contains("lines 1, 4") == true)
    // Headings of data, of which nothing is asked.
    #expect(fault("Task 1 takes 3 hours.\nTask 2 takes 4 hours.\nIn which order are they done soonest?") == nil)
    #expect(fault("Problem 1: How many of 3 wares?") == nil)
    #expect(fault("Ein Bäcker hat zwei Öfen und bäckt Brot zu 3 und Kuchen zu 4 Euro, möglichst teuer.") == .unasked)
  }

  @Test func textsThatAreNoProblemsAreRefused() throws {
    func fault(_ text: String) -> WordProblem.Fault? {
      do throws(WordProblem.Fault) { _ = try WordProblem(text) } catch { return error }
      return nil
    }
    #expect(fault(" \n ") == .empty)
    #expect(fault("The sun shines on 3 hills.") == .wantsNothing)
    #expect(fault("How many loaves bring the best price?") == .noNumbers)
    #expect(fault(String(repeating: "x", count: 100_001)) == .tooLong(bytes: 100_001))
    #expect(fault("Minimize the cost of 3 wares.") == nil)
    #expect(fault("A text that says how\nmany of 3 wares we take.") == nil)
    for text in ["\u{0}", "????", "1" + String(repeating: ",000", count: 20_000) + "?", "¼?"] { _ = fault(text) }
  }
}
