// SPDX-License-Identifier: Apache-2.0
// bo [suggestion] [--points N] [--dimension D] [--repeats N] [--noisy] [--waiting N] [--set name=value,…]
//     seconds for the next suggestion once N points are answered, with peak memory, beside one Cholesky factorization
// bo regret [--problems table|others|NAME,…] [--seeds A-B] [--answers N] [--batch N] [--random] [--each] [--set …]
//     regret after N answers: for each problem median, worst quartile and mean of the logarithm, and ms a suggestion
import Foundation

let options = Options(words: CommandLine.arguments)

switch CommandLine.arguments.dropFirst().first {
case "regret": try Regret(options: options).run()
case "suggestion", nil: try Suggestion(options: options).run()
default:
  print("usage: bo [suggestion | regret], see the head of main.swift")
  exit(2)
}
