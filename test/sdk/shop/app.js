// An application that knows nothing of Clickspan.
const status = document.getElementById('status')
const on = (id, work) =>
  document.getElementById(id).addEventListener('click', async () => {
    status.textContent = 'busy'
    await work()
    status.textContent = `${id} done`
  })
on('orders', () => fetch('/api/orders?page=1'))
on('pay', async () => {
  const order = await fetch('/api/orders', { method: 'POST', body: '{}' })
  await order.json()
  await fetch('/api/receipts/17')
})
