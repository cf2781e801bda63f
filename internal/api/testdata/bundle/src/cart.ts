import { totalOf } from './total'

type Answer = { items?: { price: number; count: number }[] }

export function showCart(answer: Answer): string {
  const lines = answer.items!
  return `Pay ${totalOf(lines).toFixed(2)} €`
}

export function start(load: () => Answer): string {
  return showCart(load())
}
