export default function PathsPage() { return <h1>Paths</h1> }
